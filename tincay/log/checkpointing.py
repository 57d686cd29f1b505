"""The end of the log's day: sign it as it stands, then ask every witness that has not signed yet."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from tincay.core.ledger.note import BadNote, NoteUnsigned
from tincay.core.ledger.policy import Witness
from tincay.log import actions, keys, witnesses
from tincay.log.models import Checkpoint


@dataclass(frozen=True)
class Closed:
    """The day's checkpoint, and what each witness that was asked answered ("" when it signed).

    `contradicting`: those of them who saw another log.
    """

    checkpoint: Checkpoint
    answers: dict[str, str]
    contradicting: tuple[str, ...] = ()


def close_the_day(*, now: datetime, again: bool = False) -> Closed:
    """Sign today once and ask the witnesses; running it more often does no harm. Outside any transaction."""
    signed = actions.sign_checkpoint(now=now, again=again)
    already_signed = set(signed.cosignatures.values_list("witness", flat=True))
    answers, contradicting = {}, []
    for name, witness in keys.trusted_policy().witnesses.items():
        if name not in already_signed:
            refusal = _ask(witness, signed)
            answers[name] = (str(refusal) or type(refusal).__name__) if refusal else ""
            if isinstance(refusal, witnesses.WitnessContradicts):
                contradicting.append(name)
    return Closed(signed, answers, tuple(contradicting))


def _ask(witness: Witness, checkpoint: Checkpoint) -> Exception | None:
    """Why it did not sign, if it did not."""
    try:
        actions.add_cosignature(checkpoint=checkpoint, lines=witnesses.ask(witness, checkpoint))
    except (witnesses.WitnessRefused, NoteUnsigned, BadNote) as refusal:
        return refusal
    return None


def times_at_witnesses() -> list[datetime]:
    """What time it is, by each witness of the install that answers. Outside any transaction."""
    times = []
    for witness in keys.trusted_policy().witnesses.values():
        with suppress(witnesses.WitnessRefused):
            times.append(witnesses.ask_time(witness))
    return times
