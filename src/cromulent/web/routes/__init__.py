"""The routes of the API, a file for each domain; each file lists its own in `ROUTES`."""
