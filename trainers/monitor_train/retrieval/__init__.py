"""Vectors of whole pictures that lie near each other where the pictures feel alike."""
