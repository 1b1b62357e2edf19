"""Trains on the labels of a crowd: what `monitor labels clean` makes of many people's answers."""
