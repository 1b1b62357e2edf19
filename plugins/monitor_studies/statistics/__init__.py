"""Statistics of shares over time: intervals and tests that allow for the correlation of neighbouring samples.

Pure functions of arrays; nothing here reads a store. Libraries that are slow to import are imported inside functions.
"""
