"""What the whole cast stands on: the first morning, slow stretches done once a session, words sealed for real."""

import base64
import json
import secrets
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from tincay.core import receipts
from tincay.core.authorship import Step, read_step
from tincay.core.clock import ZONE
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    Stretched,
    new_key,
    open_sealed,
    stretch_passphrase,
    stretch_receipt,
    unpad,
    unwrap,
)
from tincay.log.keys import log_signer
from tincay.reports.models import Report
from tincay.vault.models import Opening, SealedText, Wrap

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=ZONE)
"""A Tuesday morning: the beginning of every test and of the demo."""
TODAY = NOW.date()
SALT = b"one salt for all of the tests..."
PASSWORD = "mua-nang-thang-sau-7"
WORDS = "Chủ quán giữ giấy tờ và tiền công của tôi."
M = TypeVar("M", bound=Model)


# --- slow things, once


@lru_cache
def stretched_code(code: str, salt: bytes = SALT) -> Stretched:
    return stretch_receipt(code, salt)


@lru_cache
def stretched_passphrase(passphrase: str, salt: bytes) -> Identity:
    return stretch_passphrase(passphrase, salt)


@lru_cache
def code_number(number: int) -> str:
    """The n-th receipt code of the tests: always the same one."""
    stream = iter(f"{number:06}".encode() * 12)
    return receipts.make(lambda size: bytes(next(stream) % 10 for _ in range(size)))


@lru_cache
def receipt_number(number: int) -> Stretched:
    return stretched_code(code_number(number))


@lru_cache
def person_key(username: str) -> Identity:
    return new_key()[0]


# --- what the database holds


def step_in(row: Opening, identity: Identity, *, side: str = "receipt") -> Step:
    """What a leaf of a report says, opened with the receipt's key or (side="thread") the thread's."""
    opened = open_sealed(Sealed(bytes(getattr(row, f"for_{side}"))), identity)
    return read_step(opened, log=log_signer().verifier.public, record=row.owner.hex)


def rows(model: type[M]) -> QuerySet[M]:
    """All rows of a model, whoever may see them: what a test looks at to know what was kept."""
    found = model._default_manager.all()
    scoped = getattr(found, "for_the_rules", None)
    return scoped() if scoped else found


def again(report: Report) -> Report:
    """The row as it is now: what a view reads."""
    return rows(Report).select_related("desk").get(pk=report.pk)


# --- words


def open_texts(wrap: Wrap, holder: Identity) -> list[dict[str, Any]]:
    """What stands in one compartment, by the wrap that its holder opens."""
    key = unwrap(Sealed(bytes(wrap.sealed)), holder, of=Recipient(wrap.compartment.recipient))
    found = rows(SealedText).filter(compartment=wrap.compartment).order_by("place")
    opened = [json.loads(unpad(open_sealed(Sealed(bytes(row.sealed)), key))) for row in found]
    return [json.loads(one["reply"]) if "reply" in one else one for one in opened]


def new_message_key() -> str:
    return secrets.token_urlsafe(16)


def plain_json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def base64_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
