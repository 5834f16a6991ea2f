"""The HTTP transport: the API, the page, and how requests are checked and errors told."""

from cromulent.web.app import create_app
from cromulent.web.front_door import AsgiApp, Receive, Scope, Send, refuse_upgrade
from cromulent.web.http_protocol import BoundedHttp
from cromulent.web.services import Services

__all__ = ["AsgiApp", "BoundedHttp", "Receive", "Scope", "Send", "Services", "create_app", "refuse_upgrade"]
