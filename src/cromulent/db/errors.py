"""What can go wrong with the storage itself."""

from cromulent.kernel.errors import Unavailable


class StorageUnavailable(Unavailable):
    """The database could not take the change (disk full, locked, gone). Nothing of it was kept; trying again is safe."""

    code = "storage_unavailable"
    message = "The server could not store that. Nothing was changed; please try again."
