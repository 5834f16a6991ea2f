"""Opening the instance for a command, with one line for the operator where its database cannot be used."""

from __future__ import annotations

from sqlalchemy.exc import DatabaseError

from cromulent.bootstrap import Instance, database_path, open_instance
from cromulent.cli.refusal import Refusal
from cromulent.config import Config
from cromulent.db import StorageUnavailable, UnknownSchema
from cromulent.relay import RelayTls


async def opened(config: Config, tls: RelayTls | None = None) -> Instance:
    """The instance in the data folder; `tls` is the relay's certificate.

    Raises `Refusal` when its database is damaged, full, held by others, or of a newer version.
    """
    name = "that CROMULENT_DATABASE_URL names" if config.database_url else str(database_path(config.data_folder))
    try:
        return await open_instance(config, tls=tls)
    except UnknownSchema as error:
        raise Refusal(f"The database {name} is not of this version of Cromulent, or of a newer one: {error}") from error
    except DatabaseError as error:
        raise Refusal(f"The database {name} cannot be used: {error.orig}.") from error
    except StorageUnavailable as error:
        raise Refusal(f"The database {name} cannot be written to.") from error
