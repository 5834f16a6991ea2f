"""What a stranger may know of the instance."""

from __future__ import annotations

import msgspec
from litestar import get
from litestar.di import NamedDependency

from cromulent import __version__, wire
from cromulent.accounts import AccountService
from cromulent.settings import RegistrationMode, SettingsService
from cromulent.web.authentication import PUBLIC


class InstanceAnswer(msgspec.Struct, frozen=True):
    """Enough for a page to know which form to show."""

    id: str
    name: str
    version: str
    protocol: int
    needs_setup: bool
    registration_mode: RegistrationMode
    voice_enabled: bool
    source_url: str | None


@get("/instance", opt=PUBLIC)
async def show_instance(
    accounts: NamedDependency[AccountService],
    settings: NamedDependency[SettingsService],
    source_url: NamedDependency[str | None],
) -> InstanceAnswer:
    """Name, version and switches of the instance."""
    current = settings.current
    return InstanceAnswer(
        id=current.instance_id,
        name=current.name,
        version=__version__,
        protocol=wire.PROTOCOL,
        needs_setup=await accounts.needs_setup(),
        registration_mode=current.registration_mode,
        voice_enabled=current.voice_enabled,
        source_url=source_url,
    )


ROUTES = (show_instance,)
