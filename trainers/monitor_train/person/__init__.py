"""How a person looks, and the mean face that head poses are measured against."""
