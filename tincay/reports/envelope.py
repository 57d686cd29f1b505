"""The one message that carries a report (docs/formats/seal.md): read strictly, never opened."""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from tincay.web.strict_json import AgeRecipient, Bytes32, Bytes64, Bytes64Long, Key, Strict, Version


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
