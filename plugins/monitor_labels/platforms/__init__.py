"""The places where workers answer: what each takes, and what it gives back."""
