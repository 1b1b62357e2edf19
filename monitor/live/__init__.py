"""Live pictures of running sources."""
