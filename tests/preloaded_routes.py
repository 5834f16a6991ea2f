"""For the process that servers are forked from: the routes, which are made once in each process and take long."""

from cromulent.web.app import routes

routes()
