"""The index of moments: a table of vectors on disk, what writes it and what keeps it quick."""
