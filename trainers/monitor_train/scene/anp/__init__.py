"""The teacher of the scene model, Multi-Region SentiBank: regions of pictures, and the adjective-noun pairs in them."""
