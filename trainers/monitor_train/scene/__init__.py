"""Whole pictures: the scene model, its teacher of adjective-noun pairs, and their evaluation."""
