"""What the process says about itself: JSON lines on stderr, readable lines on a terminal, and never a secret."""

from __future__ import annotations

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

SECRET_KEYS = {"authorization", "cookie", "credential", "html", "password", "secret", "text", "token"}
"""Keys whose values are never written, whoever passes them by mistake."""


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
    logging.getLogger("uvicorn").setLevel(logging.ERROR)  # a stranger's nonsense is no news, and must not fill the disk


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
