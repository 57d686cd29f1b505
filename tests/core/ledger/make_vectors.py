"""Writes tests/vectors/ledger/: evidence.json, files that a reporter keeps, and what is to be said about each;
day_totals.json, the leaves that tell what a day added, and the floors that follow from growth.

`python -m tests.core.ledger.make_vectors` writes them anew; a test says whether the committed files are current.
Python and the browser's verifier both have to give the answers of the first.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.core.ledger.logs import LOG, STRANGER, W1, W2, W3, Log, log_of, policy_of, seed
from tincay.core.ledger.day_totals import KIND, Growth, floors
from tincay.core.ledger.evidence import VerifiedEvidence, verify_evidence, write_evidence
from tincay.core.ledger.leaf import commit, event_bytes, opening
from tincay.core.ledger.merkle import hash_leaf
from tincay.core.ledger.note import Signer
from tincay.core.ledger.policy import Policy
from tincay.core.ledger.proof import parse_proof

PATH = Path(__file__).parents[2] / "vectors" / "ledger" / "evidence.json"


def vectors() -> list[dict[str, Any]]:
    return [_case(*case) for case in (*_valid(), *_invalid())]


def _valid() -> Iterator[tuple[str, str, Policy | None]]:
    for size, index in ((1, 0), (2, 1), (3, 2), (7, 4), (8, 7), (256, 255), (300, 17)):
        yield f"leaf {index} of {size}", log_of(size).evidence(index), None
    unwitnessed = log_of(5, policy=policy_of(0), witnesses=())
    yield "no witness was asked", unwitnessed.evidence(3), None
    two_of_three = policy_of(2, W1, W2, W3)
    yield "two of three witnesses", log_of(5, policy=two_of_three, witnesses=(W1, W3)).evidence(3), None
    yield "checked with one's own policy", log_of(5).evidence(3), policy_of(1, W1, W2)
    yield "facts in Vietnamese", _vietnamese().evidence(1), None


def _vietnamese() -> Log:
    log = log_of(1)
    log.add(
        "stage_changed",
        date(2026, 7, 1),
        organisation="Mạng lưới Hạ Lam (mẫu)",
        note='"/\\\n\u2028',
        deadline=0,
    )
    log.add()
    return log


def _invalid() -> Iterator[tuple[str, str, Policy | None]]:
    log = log_of(7)
    file = log.evidence(4)
    for name, old, new in (
        ("the index was changed", "index 4", "index 5"),
        ("the index has a leading zero", "index 4", "index 04"),
        ("the version was changed", "@v1", "@v2"),
        ("the size was changed", "\n7\n", "\n8\n"),
        ("the origin was changed", "\n\ntincay.example/log\n", "\n\ntincay.exomple/log\n"),
        ("a space was added", "index 4", "index 4 "),
        ("a witness was renamed", "— w1.", "— w2."),
        ("line ends were changed", "\n", "\r\n"),
    ):
        assert old in file
        yield name, file.replace(old, new), None
    yield from _changed_letters(file)
    yield "the last new line is missing", file[:-1], None
    yield "a new line was added", file + "\n", None
    yield "the file is empty", "", None
    yield from _wrong_people(log)


def _changed_letters(file: str) -> Iterator[tuple[str, str, Policy | None]]:
    """One other letter in each line that carries hashes or signatures, and a second spelling of base64."""
    lines = file.split("\n")
    for number, line in enumerate(lines):
        if len(line) > 40:
            other = "A" if line[-9] != "A" else "B"
            changed = [*lines[:number], line[:-9] + other + line[-8:], *lines[number + 1 :]]
            yield f"a letter was changed in line {number + 1}", "\n".join(changed), None
    place = next(number for number, line in enumerate(lines) if line.endswith("=") and len(line) == 44)
    last = lines[place][-2]
    twin = chr(ord(last) + 1) if last not in "Zz9+/" else "B"
    lines[place] = lines[place][:-2] + twin + "="
    yield "a hash is spelled in another base64", "\n".join(lines), None


def _wrong_people(log: Log) -> Iterator[tuple[str, str, Policy | None]]:
    proof, note = log.proof(4), log.policy_note
    swapped = write_evidence(proof, opening=log.openings[3], policy_note=note)
    yield "the opening is of another leaf", swapped, None
    later = event_bytes(kind="report_received", day=date(2026, 6, 29), facts={"record": f"{4:032x}"})
    back_dated = opening(later, seed("nonce 4")).decode()
    assert commit(later, seed("nonce 4")) != log.entries[4]
    yield (
        "the event was given an earlier day",
        write_evidence(proof, opening=back_dated, policy_note=note),
        None,
    )
    thief = Signer.from_seed(LOG.name, seed("thief"))
    stolen = write_evidence(proof, opening=log.openings[4], policy_note=thief.sign(log.policy.text()))
    yield "the policy is signed by another key", stolen, None
    yield "the log is another one than we trust", log.evidence(4), policy_of(1, W1, log=thief)
    yield "no witness signed", log_of(5, witnesses=()).evidence(3), None
    yield "one witness where two are needed", log_of(5, policy=policy_of(2, W1, W2)).evidence(3), None
    yield "a stranger signed too", log_of(5, witnesses=(W1, STRANGER)).evidence(3), None
    plain = parse_proof(log.proof(4).text)
    yield "the file holds no opening", plain.text, None
    yield "the extra line holds something else", replace(plain, extra=b'{"v":1}').text, None


def _case(name: str, file: str, trusted: Policy | None) -> dict[str, Any]:
    case: dict[str, Any] = {"name": name, "file": file, "trusted": trusted.text() if trusted else None}
    try:
        return {**case, "valid": True, **_shown(verify_evidence(file, trusted))}
    except ValueError:
        return {**case, "valid": False}


def _shown(verified: VerifiedEvidence) -> dict[str, Any]:
    return {
        "index": verified.index,
        "event": dict(verified.opened.event),
        "log": verified.seen.log.vkey,
        "size": verified.seen.checkpoint.size,
        "witnesses": dict(verified.seen.times),
        "registered": verified.registered,
    }


def as_text() -> str:
    return json.dumps(vectors(), ensure_ascii=False, indent=1) + "\n"


# Totals of days

TOTALS = PATH.with_name("day_totals.json")
GOOD: dict[str, str | int] = {
    "week": "2026-W27", "floor": 64, "from": 4480, "size": 4928,
    "count_cover": 398, "count_day_totals": 7, "count_other": 9, "count_report_received": 12,
    "count_stage_changed": 22,
}  # fmt: skip
DAY = date(2026, 7, 6)
STEPS: dict[str, list[int]] = {
    "no day before": [],
    "one large day": [64, 64, 640],
    "two large days": [64, 320, 64, 640, 64],
    "a floor that was raised stays": [128, 128, 64],
    "longer ago than a quarter": [640, *[64] * 92, 640],
}


def totals_vectors() -> dict[str, Any]:
    bad: dict[str, dict[str, str | int]] = {
        "one leaf too many is counted": {**GOOD, "count_other": 10},
        "the size is missing": {name: value for name, value in GOOD.items() if name != "size"},
        "a number is a text": {**GOOD, "floor": "64"},
    }
    good = {"a week": GOOD, "a week with leaves taken over": {**GOOD, "count_unknown": 128, "size": 5056}}
    cases = [(name, KIND, facts, True) for name, facts in good.items()]
    cases += [(name, KIND, facts, False) for name, facts in bad.items()]
    cases.append(("another kind", "key_changed", GOOD, False))
    return {"totals": [_totals_case(*case) for case in cases], "floors": list(map(_floors_case, STEPS))}


def _totals_case(name: str, kind: str, facts: dict[str, str | int], valid: bool) -> dict[str, Any]:
    text, nonce = event_bytes(kind=kind, day=DAY, facts=facts), seed(name)
    data = commit(text, nonce)
    opened = opening(text, nonce).decode()
    return {
        "name": name,
        "opening": opened,
        "leaf": data.hex(),
        "hash": hash_leaf(data).hex(),
        "valid": valid,
    }


def _floors_case(name: str) -> dict[str, Any]:
    growths = [Growth(DAY + timedelta(days=number), leaves) for number, leaves in enumerate(STEPS[name])]
    upcoming = DAY + timedelta(days=len(growths))
    days = [[growth.day.isoformat(), growth.leaves] for growth in growths]
    in_force = floors(growths, upcoming)
    return {"name": name, "days": days, "next": upcoming.isoformat(), "in_force": in_force}


def totals_text() -> str:
    return json.dumps(totals_vectors(), ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    PATH.write_text(as_text(), encoding="utf-8", newline="\n")
    TOTALS.write_text(totals_text(), encoding="utf-8", newline="\n")
