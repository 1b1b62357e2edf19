"""The program's own search for events: who comes and goes, peaks, changes and unusual moments, each on its own tier.

Pure functions of what was recorded; `session_events` puts what they find into the store.
"""
