"""A model on disk, and what runs it."""
