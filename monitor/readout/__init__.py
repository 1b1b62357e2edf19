"""What is shown of a session, as tables: nothing here draws."""
