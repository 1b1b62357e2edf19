"""Sinks that come with the engine."""
