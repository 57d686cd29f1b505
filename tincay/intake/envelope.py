"""The one message that carries a report (docs/formats/seal.md): read strictly, never opened."""

import base64
import binascii
import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from tincay.core.sealing import Recipient


class Malformed(ValueError):
    """What came is not an envelope. Says nothing about its content: it may be somebody's words."""


def _bytes64(value: Any) -> bytes:
    if not isinstance(value, str):
        raise ValueError("not text")
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None


def _bytes64url(value: Any) -> bytes:
    if not isinstance(value, str) or "=" in value:
        raise ValueError("not base64url")
    try:
        found = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(found).rstrip(b"=") != value.encode():
        raise ValueError("not canonical")
    return found


# Not Literal[1]: `true` equals 1 and would pass.
Version = Annotated[int, Field(ge=1, le=1)]
Bytes64 = Annotated[bytes, BeforeValidator(_bytes64)]
Bytes32 = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=32, max_length=32)]
Bytes64Long = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=64, max_length=64)]
Salt = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=16, max_length=64)]
AgeRecipient = Annotated[Recipient, StringConstraints(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class WrapIn(Strict):
    to: AgeRecipient
    sealed: Bytes64


class CompartmentIn(Strict):
    recipient: AgeRecipient
    sealed: Bytes64 | None
    wraps: Annotated[list[WrapIn], Field(min_length=2, max_length=2)]


class CompartmentsIn(Strict):
    narrative: CompartmentIn
    identity: CompartmentIn
    thread: CompartmentIn


class ReceiptIn(Strict):
    locator: Bytes32
    recipient: AgeRecipient
    signing: Bytes32


class GrantIn(Strict):
    document: Annotated[str, StringConstraints(max_length=2000)]
    signature: Bytes64Long


class ProofOfWorkIn(Strict):
    nonce: Annotated[str, StringConstraints(max_length=100)]
    counter: Annotated[int, Field(ge=0, lt=2**53)]


class Envelope(Strict):
    """A report as the reporter's browser sends it; also what the server makes when it seals in memory."""

    v: Version
    key: Key
    desk: Annotated[str, StringConstraints(max_length=50)]
    priority: Literal["p0", "p1", "p2", "p3"]
    kind_group: Literal["question", "substantive", "data_request"]
    retention_class: Annotated[str, StringConstraints(max_length=20)]
    receipt: ReceiptIn
    compartments: CompartmentsIn
    grants: Annotated[list[GrantIn], Field(max_length=16)]
    proof_of_work: ProofOfWorkIn | None


class MessageIn(Strict):
    """A message of the thread, from either side."""

    v: Version
    key: Key
    sealed: Bytes64


class GrantChange(Strict):
    v: Version
    grant: GrantIn


class GrantDocument(Strict):
    """The words that the receipt's key signed."""

    v: Version
    scope: Annotated[str, StringConstraints(max_length=30)]
    receiver: Annotated[str, StringConstraints(max_length=60)] | None
    items: Annotated[list[Annotated[str, StringConstraints(max_length=60)]], Field(max_length=60)]
    given: bool
    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    expires: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None
    n: Annotated[int, Field(ge=1, le=10_000)]
    text: Annotated[str, StringConstraints(max_length=40)]


S = TypeVar("S", bound=Strict)


def read(shape: type[S], body: bytes | str) -> S:
    """Read JSON of that shape. Raises Malformed, whatever is wrong, a repeated member included."""
    try:
        json.loads(body, object_pairs_hook=_once)
        return shape.model_validate_json(body)
    except (ValidationError, ValueError, RecursionError):
        raise Malformed from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a member twice")
    return members
