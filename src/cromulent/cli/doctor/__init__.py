"""`cromulent doctor`: the server's half of *why does it not work*, one line for each check."""
