"""Tracks become people: while a recording runs, and once more over the whole at its end."""
