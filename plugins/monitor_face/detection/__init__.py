"""Where faces are: two detectors, and the mesh that both fit to what they find."""
