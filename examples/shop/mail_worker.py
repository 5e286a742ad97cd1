"""Sends the mails that wait. The shop is an example: its configuration is what counts."""
