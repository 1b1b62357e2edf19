"""How well and how fast the index answers, measured on vectors that are made up."""
