"""The HTTP transport: the API, the page, and how requests are checked and errors told."""

from cromulent.web.app import Services, create_app

__all__ = ["Services", "create_app"]
