"""What only one process of this machine may do at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings


@contextmanager
def exclusive(name: str) -> Iterator[bool]:
    """Whether nobody else does it now. A file in the data folder is the lock: it ends with its process."""
    folder = Path(settings.TINCAY_DATA)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
