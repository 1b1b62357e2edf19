"""The dashboard's page "People": who is who, put right by clicking."""
