"""What people look at: plots, tables and reports."""
