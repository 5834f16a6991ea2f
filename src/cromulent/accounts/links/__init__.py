"""Links that carry a secret and are good for one thing."""
