"""The command line: one module for each command, `main` that chooses among them, and what they share."""
