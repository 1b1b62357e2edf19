"""What faces express: the aligned picture of a face, the heatmap of its landmarks, and the analyzer."""
