"""The one message that carries a report (docs/formats/seal.md): read strictly, never opened."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints

from tincay.core.authorship import SealedParts, words_document
from tincay.web.strict_json import AgeRecipient, Bytes32, Bytes64, Key, Signed, Strict, Version

RECEIVER = r"^(desk|service|body):[a-z0-9-]{1,60}$"
SIGNER = r"^(receipt|staff:[1-9][0-9]{0,4})$"
LONGEST_PART = 200_000
"""Bytes of words in one sealed part: with answers and padding it stays below vault.actions.WORDS_LIMIT."""
LONGEST_STORY = 5 * LONGEST_PART
"""Bytes of words in one report: padded and in base64 its parts fit into the bytes of an envelope."""
MOST_COMPARTMENTS = 60
"""Compartments of one report: four, and four more each time it moved. A new code takes over every one."""
MOST_STEPS = 500
"""Steps whose openings a new code takes over, and as many statements: together they fit into the bytes of an
envelope (tests/reports/test_room.py). When RESERVED are left, nothing is added that she or a helper writes."""
RESERVED = 100
"""Steps that are kept for what has to happen: taking back, reminders, closing, a new code."""
MOST_PARTS = 8
"""Parts of one compartment in one envelope; together they fit into its bytes."""


class WrapIn(Strict):
    to: AgeRecipient
    sealed: Bytes64


class CompartmentIn(Strict):
    recipient: AgeRecipient
    sealed: Annotated[list[Bytes64], Field(max_length=MOST_PARTS)]
    wraps: Annotated[list[WrapIn], Field(min_length=2, max_length=2)]

    @property
    def parts(self) -> SealedParts:
        return SealedParts(self.recipient, self.sealed)


class CompartmentsIn(Strict):
    narrative: CompartmentIn
    contact: CompartmentIn
    identity: CompartmentIn
    thread: CompartmentIn


class ReceiptIn(Strict):
    locator: Bytes32
    recipient: AgeRecipient
    signing: Bytes32


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
    words: Signed
    grants: Annotated[list[Signed], Field(max_length=16)]
    proof_of_work: ProofOfWorkIn | None

    def words_document(self, desk_signing: bytes) -> dict[str, Any]:
        """What she has to have signed of this envelope, sealed to the desk that holds this verifying key."""
        return words_document(
            n=1,
            kind="report",
            key=self.key,
            desk=self.desk,
            desk_signing=desk_signing,
            compartments={name: given.parts for name, given in self.compartments},
            codes={
                "kind_group": self.kind_group,
                "priority": self.priority,
                "retention_class": self.retention_class,
            },
        )


class MessageIn(Strict):
    """A message of the thread, whoever posts it."""

    v: Version
    key: Key
    sealed: Bytes64


class ReplyIn(MessageIn):
    """A message as a desk posts it, with the key of the thread that it is sealed to.

    What proves its author lies inside the seal.
    """

    thread: AgeRecipient


class HerMessageIn(MessageIn):
    """A message of hers, with her signature over what is sealed."""

    words: Signed


class WrapBefore(WrapIn):
    """A compartment that there was already, wrapped to whom it belongs to now."""

    of: AgeRecipient


class MovedIn(Strict):
    """The report goes to another desk: new compartments, and the old ones wrapped to it."""

    desk: Annotated[str, StringConstraints(max_length=50)]
    compartments: CompartmentsIn
    before: Annotated[list[WrapBefore], Field(max_length=MOST_COMPARTMENTS)]


class AddedIn(Strict):
    """What is sealed to the compartments in use. One document about her, also an empty one: it tells nothing."""

    narrative: Annotated[list[Bytes64], Field(min_length=1, max_length=MOST_PARTS)]
    contact: Annotated[list[Bytes64], Field(min_length=1, max_length=1)]


class AdditionIn(Strict):
    """What she tells later: added to the compartments in use, or moved with all of it to new ones."""

    v: Version
    key: Key
    priority: Literal["p0", "p1", "p2", "p3"]
    sealed: AddedIn | MovedIn
    words: Signed


class WrapAgain(Strict):
    """A compartment (by its public key), wrapped to the new receipt."""

    of: AgeRecipient
    sealed: Bytes64


class OpeningAgain(Strict):
    """What a leaf of the report says (by its number), sealed to the new receipt."""

    number: Annotated[int, Field(ge=1, le=100_000)]
    sealed: Bytes64


class NewCode(Strict):
    """A new code takes the old one's place: everything that the old one opened, for the new one.

    `words` are her statements, word for word, signed by the new code.
    """

    v: Version
    receipt: ReceiptIn
    change: Signed
    words: Annotated[list[Signed], Field(max_length=MOST_STEPS)]
    wraps: Annotated[list[WrapAgain], Field(max_length=MOST_COMPARTMENTS)]
    openings: Annotated[list[OpeningAgain], Field(max_length=MOST_STEPS)]


class GrantChange(Strict):
    v: Version
    grant: Signed


def _sorted_once(items: list[str]) -> list[str]:
    if items != sorted(set(items)):
        raise ValueError("not sorted, or one twice")
    return items


class GrantDocument(Strict):
    """Her word about consent, as it was signed (docs/formats/grant.md)."""

    v: Annotated[int, Field(ge=2, le=2)]
    scope: Annotated[str, StringConstraints(max_length=30)]
    receiver: Annotated[str, StringConstraints(max_length=80, pattern=RECEIVER)] | None
    items: Annotated[
        list[Annotated[str, StringConstraints(max_length=60)]],
        Field(max_length=60),
        AfterValidator(_sorted_once),
    ]
    given: bool
    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]
    until: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")] | None
    method: Annotated[str, StringConstraints(max_length=40)]
    signer: Annotated[str, StringConstraints(pattern=SIGNER)]
    n: Annotated[int, Field(ge=1, le=10_000)]
    text: Annotated[str, StringConstraints(max_length=40)]
