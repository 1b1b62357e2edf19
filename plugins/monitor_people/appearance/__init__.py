"""How a person looks, as a vector: what tells them from others within one recording."""
