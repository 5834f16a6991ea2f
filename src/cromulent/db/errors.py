"""What can go wrong with the storage itself."""

from cromulent.kernel.errors import InvalidInput, Unavailable


class StorageUnavailable(Unavailable):
    """The database could not take the change (disk full, locked, gone). Nothing of it was kept; trying again is safe."""

    code = "storage_unavailable"
    message = "The server could not store that. Nothing was changed; please try again."


class NotStorable(InvalidInput):
    """A value of the request is none the database can keep or compare: a NUL inside a text, a number out of range."""


class SeqNotDense(Exception):
    """A bug in a unit: what it reserved and what it recorded would leave a gap, a repetition or a disorder in the seqs of a feed."""

    def __init__(self, *feeds: str) -> None:
        super().__init__(f"the seqs of {', '.join(feeds)} are not one after the other")


class UnknownSchema(Exception):
    """A newer version has made the database, or it is not of Cromulent at all. Its text names the revision."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"its schema has the revision {revision!r}, which this version does not know")
