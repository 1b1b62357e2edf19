"""Faces: data sets, the image branch, landmark fusion, and their evaluation."""
