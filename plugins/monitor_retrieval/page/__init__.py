"""The dashboard's page "Similar moments"."""
