"""Searches of the index: what is searched for, what is found, and how that is shown at the terminal and as a file."""
