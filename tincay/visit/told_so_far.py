"""What she told so far, opened here where her browser has no script (client/src/told-so-far.ts is its half)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Any

from tincay.core.authorship import TOLD, Forged, HerWords, check_kept, her_words, read_step
from tincay.core.officials import all_together
from tincay.core.sealing import Sealed, open_sealed, signing_public
from tincay.core.statements import spelled
from tincay.log.keys import log_signer
from tincay.reports.models import Report
from tincay.reports.signed_words import signed_words
from tincay.vault.queries import openings
from tincay.visit import queries
from tincay.visit.actions import ReceiptKeys
from tincay.visit.sealed import Wrapped


@dataclass(frozen=True)
class Telling:
    """What she said at one time; `erased` is the day on which it was."""

    day: date
    answers: Mapping[str, list[str]]
    words: str
    erased: date | None


@dataclass(frozen=True)
class ToldSoFar:
    """Everything, in order. `all_kept` says that nothing of it was erased."""

    hers: HerWords
    entries: list[Telling]
    all_kept: bool

    @property
    def answers(self) -> dict[str, list[str]]:
        return all_together(entry.answers for entry in self.entries)


def told_so_far(report: Report, keys: ReceiptKeys) -> ToldSoFar:
    """Raises Forged: something is not hers, or a part is missing that no step erased."""
    try:
        return _told_so_far(report, keys)
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Forged("not_hers") from None


def _told_so_far(report: Report, keys: ReceiptKeys) -> ToldSoFar:
    hers = her_words(signing_public(keys.stretched.signing_seed), signed_words(report))
    events = _events(report, keys)
    by_hash: dict[str, Mapping[str, Any]] = {}
    for wrap, texts in queries.compartments(report):
        for text in texts:
            for document in Wrapped(wrap, [text]).opened(keys.stretched.identity, hers):
                by_hash[sha256(bytes(text.sealed)).hexdigest()] = document
    check_kept(events, words=hers, kept=by_hash)
    entries = [_entry(one, events, by_hash) for one in hers.documents if one["kind"] != "message"]
    return ToldSoFar(hers, entries, not any(entry.erased for entry in entries))


def _events(report: Report, keys: ReceiptKeys) -> list[Mapping[str, Any]]:
    log, record = log_signer().verifier.public, report.id.hex
    opened = [
        open_sealed(Sealed(bytes(row.for_receipt)), keys.stretched.identity) for row in openings(report.id)
    ]
    events = [read_step(one, log=log, record=record).event for one in opened]
    if not events or [event["n"] for event in events] != list(range(1, len(events) + 1)):
        raise Forged("step_missing")
    return events


def _entry(
    statement: Mapping[str, Any], events: list[Mapping[str, Any]], by_hash: Mapping[str, Mapping[str, Any]]
) -> Telling:
    digest = sha256(spelled(statement)).hexdigest()
    step = next((event for event in events if event.get("words") == digest), None)
    if step is None:
        raise Forged("words_missing")
    hashes = [one for kind in TOLD for one in statement["compartments"].get(kind, {}).get("sealed", [])]
    documents = [by_hash[one] for one in hashes if one in by_hash]
    gone = [event for event in events if event["kind"] == "data_deleted" and event["n"] > step["n"]]
    answers: dict[str, list[str]] = {}
    for document in documents:
        for name, value in {**document.get("answers", {}), **document.get("fields", {})}.items():
            answers[name] = [str(one) for one in (value if isinstance(value, list) else [value]) if one]
    return Telling(
        day=date.fromisoformat(step["day"]),
        answers=answers,
        words="".join(str(document.get("words", "")) for document in documents),
        erased=date.fromisoformat(gone[0]["day"]) if gone and len(documents) < len(hashes) else None,
    )
