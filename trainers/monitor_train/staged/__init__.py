"""Staged transfer learning: one network learns from one set of faces after the other (Ng et al., EmotiW 2015)."""
