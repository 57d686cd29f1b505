"""Writes the report of the documents' examples, whole: `import django; django.setup()`, then `write()`.

Each run draws new keys, so what docs/formats shows of it has to be written anew; test_examples.py says where. Desks and
their keys are those of the example in routing.md.
"""

import base64
import json
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.cast.ground import base64_text, plain_json, url64
from tests.core.ledger.logs import LOG
from tests.core.signed_vectors import FIRST, signed_json
from tincay.core import sealing
from tincay.core.authorship import (
    SealedParts,
    from_base64url,
    make_reply,
    receipt_change,
    step_of,
    words_document,
)
from tincay.core.consent import Grant, grant_document
from tincay.core.ledger.leaf import event_bytes, opening
from tincay.core.sealing import Recipient, Sealed, Stretched
from tincay.core.statements import Kind, Statement, make_statement, sign_spelled

Json = dict[str, Any]
ROOT = Path(__file__).parents[2]
FILE = ROOT / "tests/vectors/one_report.json"
CODE, NEXT_CODE = "407182693350194627805158", "711797117971179711797192"
SALT, TICKET, BITS = b"one salt of the documents' report", "dmUtY2h1YS1kdW5n", 12
KEY, DESK, CASE = "k3vJ0mYx2fK8sQ1oZbWc7g", "cay-me-tiep-nhan", "cay-me-truong-hop"
DAY = date(2026, 6, 30)
CODES = {"kind_group": "substantive", "priority": "p1", "retention_class": "r90"}
DOCUMENTS: dict[str, Json | None] = {
    "narrative": {
        "v": 1,
        "answers": {"need": ["pep"], "danger": ["no"], "province": ["vn22"]},
        "words": "Chủ quán giữ giấy tờ và tiền công của tôi.",
    },
    "contact": {
        "v": 1,
        "answers": {"contact_preference": ["safe_time_call"]},
        "fields": {"hours": "sau 20 giờ"},
    },
    "identity": None,
    "thread": None,
}
GRANTS = (
    Grant("count_statistics", None, frozenset(), True, 1, DAY),
    Grant(
        "share_service",
        "desk:ben-song-tiep-nhan",
        frozenset({"need", "words"}),
        True,
        3,
        DAY,
        date(2026, 9, 30),
    ),
)


def write() -> None:
    """Seal, sign and write all of it."""
    hers = sealing.stretch_receipt(CODE, SALT)
    mine = sealing.recipient_of(hers.identity)
    compartments = {name: compartment(document, name, mine) for name, document in DOCUMENTS.items()}
    words = sign_words(hers, compartments)
    grants = [sign(hers, Kind.GRANT, grant_document(one, text_version="2026-06")) for one in GRANTS]
    secret, challenge = sealing.challenge(mine, hers.locator, TICKET.encode())
    first = sealing.seal(first_opening(hers, words), mine)
    made = {
        "about": "The report of the examples in docs/formats, whole. Made by tests/independent/make_example.py.",
        "code": CODE,
        "salt": SALT.hex(),
        "bits": BITS,
        "envelope": {
            "v": 1,
            "key": KEY,
            "desk": DESK,
            **CODES,
            "receipt": receipt(hers),
            "compartments": compartments,
            "words": signed_json(words),
            "grants": [signed_json(grants[0])],
            "proof_of_work": work(),
        },
        "shared": signed_json(grants[1]),
        "reply": reply(compartments["thread"]["recipient"]),
        "visit": {
            "locator": url64(hers.locator),
            "challenge": base64_text(challenge),
            "ticket": TICKET,
            "answer": url64(secret),
        },
        "opening": base64_text(first),
        "next_code": NEXT_CODE,
        "new_code": new_code(hers, words, compartments, first),
    }
    FILE.write_text(json.dumps(made, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def desks() -> Json:
    """The desks of the example in routing.md."""
    text = (ROOT / "docs/formats/routing.md").read_text(encoding="utf-8").split("```json")[1].split("```")[0]
    found: Json = json.loads(json.loads(text)["statement"]["document"])["desks"]
    return found


def receipt(keys: Stretched) -> dict[str, str]:
    return {
        "locator": url64(keys.locator),
        "recipient": sealing.recipient_of(keys.identity),
        "signing": url64(sealing.signing_public(keys.signing_seed)),
    }


def sign(keys: Stretched, kind: Kind, document: Json) -> Statement:
    return make_statement(keys.signing_seed, kind, document)


def compartment(document: Json | None, name: str, mine: Recipient) -> Json:
    identity, recipient = sealing.new_key()
    desk = Recipient(desks()[CASE if name == "identity" else DESK]["recipient"])
    return {
        "recipient": recipient,
        "sealed": [base64_text(sealing.seal(sealing.pad(plain_json(document)), recipient))]
        if document
        else [],
        "wraps": [{"to": to, "sealed": base64_text(sealing.wrap(identity, to))} for to in (desk, mine)],
    }


def sign_words(keys: Stretched, compartments: dict[str, Json]) -> Statement:
    document = words_document(
        n=1,
        kind="report",
        key=KEY,
        desk=DESK,
        desk_signing=from_base64url(desks()[DESK]["signing"]),
        compartments={
            name: SealedParts(part["recipient"], [base64.b64decode(each) for each in part["sealed"]])
            for name, part in compartments.items()
        },
        codes=CODES,
    )
    return sign(keys, Kind.WORDS, document)


def work() -> Json:
    nonce, counter = "aXNzdWVkIGJ5IHRoZSBwYWdl", 0
    while int.from_bytes(sha256(f"{nonce}:{counter}".encode()).digest(), "big") >> 256 - BITS:
        counter += 1
    return {"nonce": nonce, "counter": counter}


def reply(thread: str) -> Json:
    return make_reply(
        FIRST,
        desk=DESK,
        thread=thread,
        key="Zm9vYmFyYmF6cXV4MTIzNA",
        kind="answer",
        by=2,
        day=DAY.isoformat(),
        words="Chúng tôi đã hỏi chủ quán.",
    )


def first_opening(keys: Stretched, words: Statement) -> bytes:
    facts: dict[str, str | int] = {
        "deadline": "2026-07-01",
        "desk": DESK,
        "n": 1,
        "record": "00000000000000000000000000000006",
        "signing": receipt(keys)["signing"],
        "words": sha256(words.document).hexdigest(),
    }
    event = event_bytes(kind="report_received", day=DAY, facts=facts)
    return step_of(sign_spelled(LOG.key.sign, Kind.OPENING, opening(event, sha256(KEY.encode()).digest())))


def new_code(old: Stretched, words: Statement, compartments: dict[str, Json], first: Sealed) -> Json:
    """The message with which a new code takes the old one's place, as a browser posts it."""
    new = sealing.stretch_receipt(NEXT_CODE, SALT)
    keys = receipt(new)
    to, signing = Recipient(keys["recipient"]), sealing.signing_public(new.signing_seed)
    said = receipt_change(recipient=to, signing=signing)
    return {
        "v": 1,
        "receipt": keys,
        "change": signed_json(sign(old, Kind.RECEIPT, said)),
        "words": [signed_json(sign(new, Kind.WORDS, json.loads(words.document)))],
        "wraps": [wrap_again(part, old, to) for part in compartments.values()],
        "openings": [{"number": 1, "sealed": again_sealed(first, old, to)}],
    }


def wrap_again(part: Json, old: Stretched, to: Recipient) -> Json:
    hers = Sealed(base64.b64decode(part["wraps"][1]["sealed"]))
    identity = sealing.unwrap(hers, old.identity, of=part["recipient"])
    return {"of": part["recipient"], "sealed": base64_text(sealing.wrap(identity, to))}


def again_sealed(first: Sealed, old: Stretched, to: Recipient) -> str:
    return base64_text(sealing.seal(sealing.open_sealed(first, old.identity), to))
