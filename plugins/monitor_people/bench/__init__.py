"""How well people are told apart: recordings with cuts are made from clips, so that who is seen when is known."""
