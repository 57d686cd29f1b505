"""The log's daily statement: so many leaves, and this is the hash over all of them.

C2SP tlog-checkpoint.
"""

from dataclasses import dataclass

from tincay.core.ledger.encoding import decode_hash, decode_number, encode_base64
from tincay.core.ledger.note import BadNote


class BadCheckpoint(BadNote):
    """The text is not a checkpoint."""


@dataclass(frozen=True)
class CheckpointBody:
    """What a checkpoint states, signatures apart: whose log, how many leaves, and the root over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The note text that is signed and cosigned."""
        lines = (self.origin, str(self.size), encode_base64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse_checkpoint(text: str) -> CheckpointBody:
    """Read a checkpoint from the text of a note. Raises BadCheckpoint."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < 3 or "" in lines or not text.endswith("\n"):
        raise BadCheckpoint("a checkpoint has an origin, a size and a root")
    try:
        return CheckpointBody(lines[0], decode_number(lines[1]), decode_hash(lines[2]), tuple(lines[3:]))
    except ValueError:
        raise BadCheckpoint("a checkpoint has an origin, a size and a root") from None
