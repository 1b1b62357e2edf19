"""Makes the demo clip."""
