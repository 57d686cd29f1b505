"""A short text with signatures under it, which people can read and machines can check.

C2SP signed-note, with the two kinds of signature that this log uses: plain Ed25519 (0x01) and the dated
cosignature of a witness (0x04, C2SP tlog-cosignature). Other kinds, post-quantum ones among them, are
carried along and ignored, as the format asks, until a type is added to `KeyType`.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tincay.core.ledger.encoding import decode_base64, encode_base64

DASH = "— "
MAX_NOTE = 512 * 1024
MAX_SIGNATURES = 100
ED25519_LENGTH = 64
TIME_LENGTH = 8
MAX_TIME = 253_402_128_000
"""The last days of the year 9999: what calendars can still show."""


class BadNote(ValueError):
    """The bytes are not a signed note."""


class BadVerifierKey(ValueError):
    """The text is not a verifier key that we can use."""


class NoteUnsigned(ValueError):
    """No trusted key signed this text, or the signature of one does not fit it."""


class KeyType(IntEnum):
    ED25519 = 0x01
    COSIGNATURE = 0x04


class Signature(NamedTuple):
    name: str
    key_id: bytes
    blob: bytes

    @property
    def line(self) -> str:
        return f"{DASH}{self.name} {encode_base64(self.key_id + self.blob)}\n"


@dataclass(frozen=True)
class Verifier:
    """A public key with the name it signs under."""

    name: str
    key_type: KeyType
    public: bytes

    def __post_init__(self) -> None:
        check_name(self.name)
        if len(self.public) != 32:
            raise BadVerifierKey("an Ed25519 key has 32 bytes")

    @property
    def key_id(self) -> bytes:
        return hashlib.sha256(f"{self.name}\n".encode() + self._material).digest()[:4]

    @property
    def _material(self) -> bytes:
        return bytes([self.key_type]) + self.public

    @property
    def vkey(self) -> str:
        """The key as one line of text, for policies, pages and cards."""
        return f"{self.name}+{self.key_id.hex()}+{encode_base64(self._material)}"

    def made(self, signature: Signature) -> bool:
        """Whether the line claims to come from this key. Says nothing about its truth."""
        return (signature.name, signature.key_id) == (self.name, self.key_id)

    def verify(self, text: str, blob: bytes) -> int:
        """The time that a cosignature states, 0 for a plain signature. Raises NoteUnsigned."""
        message, signature, time = text.encode(), blob, 0
        if self.key_type is KeyType.COSIGNATURE:
            time, signature = int.from_bytes(blob[:TIME_LENGTH], "big"), blob[TIME_LENGTH:]
            message = _cosigned_message(text, time)
        if len(signature) != ED25519_LENGTH or time > MAX_TIME:
            raise NoteUnsigned("a signature has the wrong length or time")
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            raise NoteUnsigned("a signature does not fit the text") from None
        return time


def parse_vkey(text: str) -> Verifier:
    """A verifier key as written by `Verifier.vkey`. Raises BadVerifierKey."""
    try:
        name, key_id, material = text.split("+", 2)
        raw = decode_base64(material)
        verifier = Verifier(name, KeyType(raw[0]), raw[1:])
    except (ValueError, IndexError):
        raise BadVerifierKey("not a verifier key") from None
    if verifier.key_id.hex() != key_id:
        raise BadVerifierKey("the key does not fit its short name")
    return verifier


@dataclass(frozen=True)
class Signer:
    """A private key with the name it signs under. Never printed, never stored by this module."""

    name: str
    key: Ed25519PrivateKey
    key_type: KeyType = KeyType.ED25519

    @classmethod
    def from_seed(cls, name: str, seed: bytes, key_type: KeyType = KeyType.ED25519) -> "Signer":
        return cls(name, Ed25519PrivateKey.from_private_bytes(seed), key_type)

    @property
    def verifier(self) -> Verifier:
        return Verifier(self.name, self.key_type, self.key.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The text with our signature line under it."""
        check_text(text)
        blob = self.key.sign(text.encode())
        return f"{text}\n{Signature(self.name, self.verifier.key_id, blob).line}"

    def cosign(self, text: str, time: int) -> str:
        """The signature line of a witness that saw this checkpoint at `time` (POSIX seconds)."""
        check_text(text)
        blob = time.to_bytes(TIME_LENGTH, "big") + self.key.sign(_cosigned_message(text, time))
        return Signature(self.name, self.verifier.key_id, blob).line


@dataclass(frozen=True)
class Note:
    """A parsed note. Its text is only a claim until `signed_by` has found a key that you trust."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(signature.line for signature in self.signatures)

    def signed_by(self, verifiers: Iterable[Verifier]) -> Mapping[Verifier, int]:
        """Who of these signed, with the time stated (0: none).

        Lines of unknown keys are ignored. Raises NoteUnsigned when a known key's line does not fit.
        """
        trusted = list(verifiers)
        times: dict[Verifier, int] = {}
        for signature in self.signatures:
            for verifier in filter(_claims(signature), trusted):
                times[verifier] = max(verifier.verify(self.text, signature.blob), times.get(verifier, 0))
        return times

    def unknown_to(self, verifiers: Iterable[Verifier]) -> tuple[Signature, ...]:
        trusted = list(verifiers)
        return tuple(line for line in self.signatures if not any(key.made(line) for key in trusted))


def parse_note(text: str) -> Note:
    """Split a note into text and signatures. Raises BadNote; never says that a signature is true."""
    if len(text) > MAX_NOTE:
        raise BadNote("the note is too long")
    body, empty_line, lines = text.rpartition("\n\n")
    if not (empty_line and lines.endswith("\n")):
        raise BadNote("a note is a text, an empty line and signature lines")
    check_text(f"{body}\n")
    signatures = tuple(_parse_line(line) for line in lines[:-1].split("\n"))
    if len(signatures) > MAX_SIGNATURES:
        raise BadNote("too many signatures")
    return Note(f"{body}\n", signatures)


def check_text(text: str) -> None:
    """Raise BadNote unless this text can be signed."""
    if not text.endswith("\n") or any(letter < " " and letter != "\n" for letter in text):
        raise BadNote("a note ends in a new line and has no other control character")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise BadNote("a note is UTF-8") from None


def check_name(name: str) -> None:
    """Raise BadVerifierKey unless a key can have this name."""
    if not name or "+" in name or any(letter.isspace() or letter < " " for letter in name):
        raise BadVerifierKey("a key name has no spaces and no plus")
    try:
        name.encode()
    except UnicodeEncodeError:
        raise BadVerifierKey("a key name is UTF-8") from None


def _parse_line(line: str) -> Signature:
    try:
        name, encoded = line.removeprefix(DASH).split(" ")
        check_name(name)
        raw = decode_base64(encoded)
    except ValueError:
        raise BadNote("not a signature line") from None
    if not line.startswith(DASH) or len(raw) < 5:
        raise BadNote("not a signature line")
    return Signature(name, raw[:4], raw[4:])


def _claims(signature: Signature) -> Callable[[Verifier], bool]:
    return lambda verifier: verifier.made(signature)


def _cosigned_message(text: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{text}".encode()
