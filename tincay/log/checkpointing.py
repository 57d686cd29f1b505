"""The end of the log's day: sign it as it stands, then ask every witness that has not signed yet."""

from dataclasses import dataclass
from datetime import datetime

from tincay.core.ledger.note import BadNote, NoteUnsigned
from tincay.core.ledger.policy import Witness
from tincay.log import actions, keys, witnesses
from tincay.log.models import Checkpoint


@dataclass(frozen=True)
class Closed:
    """The day's checkpoint, and what each witness that was asked answered ("" when it signed)."""

    checkpoint: Checkpoint
    answers: dict[str, str]


def close_the_day(*, now: datetime, again: bool = False) -> Closed:
    """Sign today once and ask the witnesses; running it more often does no harm. Outside any transaction."""
    signed = actions.sign_checkpoint(now=now, again=again)
    already_signed = set(signed.cosignatures.values_list("witness", flat=True))
    answers = {}
    for name, witness in keys.trusted_policy().witnesses.items():
        if name not in already_signed:
            answers[name] = _ask(witness, signed)
    return Closed(signed, answers)


def _ask(witness: Witness, checkpoint: Checkpoint) -> str:
    try:
        actions.add_cosignature(checkpoint=checkpoint, lines=witnesses.ask(witness, checkpoint))
    except (witnesses.WitnessRefused, NoteUnsigned, BadNote) as wrong:
        return str(wrong) or type(wrong).__name__
    return ""
