"""From sources to the store: `run.py` is the page to read first."""
