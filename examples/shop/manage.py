"""Runs the tasks of the shop. The shop is an example: its configuration is what counts."""
