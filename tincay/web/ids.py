"""Ids of rows that belong to another row: where they lie among all the others of their table."""

import secrets
from uuid import UUID


def beside(owner: UUID) -> UUID:
    """A random id that sorts beside its owner's, so that what is written at once is a few pages of a table and not
    one for each row. It tells whose row it is, which the row says anyhow, and no order."""
    return UUID(bytes=owner.bytes[:8] + secrets.token_bytes(8), version=4)
