"""Ask the witnesses of this install to sign a checkpoint (C2SP tlog-witness, `add-checkpoint`)."""

import urllib.error
import urllib.request
from datetime import UTC, datetime

from tincay.core.ledger.checkpoint import parse_checkpoint
from tincay.core.ledger.encoding import decode_number, encode_base64
from tincay.core.ledger.note import BadNote, NoteUnsigned, parse_note
from tincay.core.ledger.policy import Witness
from tincay.log import queries
from tincay.log.models import Checkpoint, Cosignature

TIMEOUT = 10
LIMIT = 64 * 1024
CONFLICT = 409


UNPROVEN = 422


class WitnessRefused(Exception):
    """A witness could not be reached, or did not sign."""


class WitnessContradicts(WitnessRefused):
    """A witness saw another log than this one: the most serious thing that a witness can say."""


def ask(witness: Witness, checkpoint: Checkpoint) -> str:
    """The signature lines of this witness under a checkpoint. Raises WitnessRefused."""
    size = parse_checkpoint(parse_note(checkpoint.note).text).size
    status, answer = _send(witness, _request(last_seen(witness), size, checkpoint.note))
    if status == CONFLICT:
        witness_size = _read_size(answer)
        if witness_size > size:
            raise WitnessContradicts("the witness has seen a longer log than this one")
        status, answer = _send(witness, _request(witness_size, size, checkpoint.note))
    if status == UNPROVEN:
        raise WitnessContradicts("the witness answered 422: it has seen another log than this one")
    if status != 200:
        raise WitnessRefused(f"the witness answered {status}")
    return answer


def ask_time(witness: Witness) -> datetime:
    """What time it is at this witness, by its signature. Raises WitnessRefused.

    It is asked to sign once more what was signed last: nothing new is shown to it.
    """
    last = Checkpoint.objects.last()
    if last is None:
        raise WitnessRefused("nothing was signed yet")
    try:
        times = parse_note(last.note + ask(witness, last)).signed_by([witness.verifier])
    except (NoteUnsigned, BadNote):
        raise WitnessRefused("the witness's signature does not fit") from None
    if witness.verifier not in times:
        raise WitnessRefused("the witness did not sign")
    return datetime.fromtimestamp(times[witness.verifier], UTC)


def last_seen(witness: Witness) -> int:
    """The size of the last checkpoint that this witness signed, as far as we know."""
    signed = Cosignature.objects.filter(witness=witness.verifier.name)
    return signed.order_by("-checkpoint__size").values_list("checkpoint__size", flat=True).first() or 0


def _request(old: int, size: int, note: str) -> bytes:
    lines = [f"old {old}", *(encode_base64(node) for node in queries.consistency(old, size)), "", note]
    return "\n".join(lines).encode()


def _read_size(answer: str) -> int:
    try:
        return decode_number(answer.removesuffix("\n"))
    except ValueError:
        raise WitnessRefused("the witness answered something else than a size") from None


def _send(witness: Witness, body: bytes) -> tuple[int, str]:
    address = f"{witness.url.rstrip('/')}/add-checkpoint"
    if not address.startswith(("http://", "https://")):
        raise WitnessRefused("the witness has no address")
    request = urllib.request.Request(address, data=body, method="POST")  # noqa: S310 (checked above)
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT) as response:  # noqa: S310
            return response.status, response.read(LIMIT).decode()
    except urllib.error.HTTPError as answer:
        with answer:
            return answer.code, answer.read(LIMIT).decode(errors="replace")
    except (OSError, ValueError):
        raise WitnessRefused("the witness cannot be reached") from None
