"""What all trainers of picture classifiers share."""
