"""What the process says about itself: JSON lines on stderr, readable lines on a terminal, and never a secret."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_KEYS = {"authorization", "cookie", "credential", "html", "password", "secret", "text", "token"}
"""Keys whose values are never written, whoever passes them by mistake."""

_STRANGERS_DOING = {
    "Invalid UTF-8 sequence received from client.",
    "ASGI callable returned without completing handshake.",
}
"""Errors in uvicorn's words: a text frame that is no text, and a client that is gone before its upgrade has been answered."""


def configure_logs(level: str) -> None:
    """Set up structlog, and let what libraries log through `logging` come out alike, from warnings upward."""
    number = logging.getLevelNamesMapping()[level.upper()]
    on_terminal = sys.stderr.isatty()
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
        _redact,
    ]
    structlog.configure(
        processors=[*shared, *_renderers(on_terminal=on_terminal)],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *_renderers(on_terminal=on_terminal),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.WARNING), force=True)
    _keep_strangers_out()


def _keep_strangers_out() -> None:
    """What anybody can provoke by sending nonsense is no news, and must not fill the disk.

    Most of it uvicorn says as warnings; a few things it says as errors, with a trace of the stack. Its other errors are ours.
    """
    logging.getLogger("uvicorn").setLevel(logging.ERROR)
    http = logging.getLogger("uvicorn.error")
    http.filters = [_is_ours]


def _is_ours(record: logging.LogRecord) -> bool:
    return record.msg not in _STRANGERS_DOING


def _renderers(*, on_terminal: bool) -> list[Processor]:
    if on_terminal:
        return [
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        ]  # others print variables
    return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()]


def _redact(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    for key in SECRET_KEYS & event.keys():
        event[key] = "[not logged]"
    return event
