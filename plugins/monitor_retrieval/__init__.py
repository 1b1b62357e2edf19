"""Similar moments: where in all recordings did it feel like this?"""
