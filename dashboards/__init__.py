"""Interactive pages on the same calls as the command line."""
