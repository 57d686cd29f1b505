"""JSON that browsers send: read strictly, refused without repeating a byte of it."""

import base64
import binascii
import json
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, ValidationError

from tincay.core.authorship import base64url
from tincay.core.sealing import Recipient
from tincay.core.statements import Statement


class Malformed(ValueError):
    """What came is not what was asked for. Says nothing about its content: it may be somebody's words."""


def base64_text(raw: bytes | memoryview) -> str:
    """Bytes of a row as JSON carries them."""
    return base64.b64encode(bytes(raw)).decode()


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
        raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if base64.urlsafe_b64encode(raw).rstrip(b"=") != value.encode():
        raise ValueError("not canonical")
    return raw


# Not Literal[1]: `true` equals 1 and would pass.
Version = Annotated[int, Field(ge=1, le=1)]
Bytes64 = Annotated[bytes, BeforeValidator(_bytes64)]
Bytes32 = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=32, max_length=32)]
Bytes33 = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=33, max_length=33)]
Bytes64Long = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=64, max_length=64)]
Salt = Annotated[bytes, BeforeValidator(_bytes64url), Field(min_length=16, max_length=64)]
AgeRecipient = Annotated[Recipient, StringConstraints(pattern=r"^age1[02-9ac-hj-np-z]{58}$")]
Key = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{22}$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Signed(Strict):
    """A statement (docs/formats/statement.md) as JSON carries it: the document as text, and its signature."""

    document: Annotated[str, StringConstraints(max_length=4096)]
    signature: Bytes64Long

    @property
    def statement(self) -> Statement:
        return Statement(self.document.encode(), self.signature)


class LongSigned(Signed):
    """A statement that this server's own operator wrote."""

    document: str


class RoutingFile(Strict):
    """The install's routing statement with the key that signed it, as the operator's file and the page carry it."""

    install: Bytes32
    statement: LongSigned


def signed_json(document: bytes | memoryview, signature: bytes | memoryview) -> dict[str, str]:
    """A statement of a row as JSON carries it."""
    return {"document": bytes(document).decode(), "signature": base64url(bytes(signature))}


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
