"""What the audit log says of one act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what, to whom. `actor_id` None is the operator; `detail` holds plain words, never a secret."""

    action: str
    actor_id: str | None
    subject_id: str | None = None
    detail: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """An act as it was written down; `number` counts up over the instance."""

    number: int
    happened_at: datetime
    act: Act
