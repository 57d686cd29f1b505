"""Closes words so that only the holder of a key can read them, and opens them again.

Standard parts only: age v1 files with one X25519 stanza (age-encryption.org/v1), PBKDF2 and scrypt,
HKDF-SHA256, Ed25519. The byte formats are in docs/formats/seal.md; the browser's half is client/src/seal.ts
and both must pass tests/vectors/sealing.json.
"""

import base64
import hashlib
import hmac
import re
import secrets
import struct
from collections.abc import Sequence
from functools import lru_cache, reduce
from operator import xor
from typing import NamedTuple, NewType
from uuid import UUID

import pyrage
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from tincay.core.letters import fold

Recipient = NewType("Recipient", str)
Identity = NewType("Identity", str)
Sealed = NewType("Sealed", bytes)


class BadEnvelope(ValueError):
    """The bytes are not one age file with exactly one X25519 stanza."""


class BadKey(ValueError):
    """The text is not an age recipient or identity."""


class BadPadding(ValueError):
    """The opened bytes are not padded as docs/formats/seal.md says."""


class CannotOpen(ValueError):
    """This key does not open these bytes, or they were changed."""


class TooLong(ValueError):
    """More bytes than one sealed document may hold."""


class WeakStretch(ValueError):
    """The stretching parameters are below the floor, or so high that they would stop the machine."""


class Stretched(NamedTuple):
    """What a receipt code turns into: what is looked up, what opens, and the seed of what signs."""

    locator: bytes
    identity: Identity
    signing_seed: bytes


# --- bech32 (BIP 173), which is how age writes its keys

_LETTERS = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_OF_TOP = [
    reduce(xor, (one for bit, one in enumerate(_GENERATORS) if top >> bit & 1), 0) for top in range(32)
]
"""What the five bits on top bring in: looked up, because every key is read and written through it."""


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        check = (check & 0x1FFFFFF) << 5 ^ value ^ _OF_TOP[check >> 25]
    return check


def _spread(prefix: str) -> list[int]:
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def _encode_key(prefix: str, raw: bytes) -> str:
    # 256 bits are 51 groups of five and one bit: four zero bits fill the last group.
    number = int.from_bytes(raw) << 4
    data = [number >> 5 * i & 31 for i in reversed(range(52))]
    check = _polymod(_spread(prefix) + data + [0] * 6) ^ 1
    data += [check >> 5 * i & 31 for i in reversed(range(6))]
    return prefix + "1" + "".join(_LETTERS[value] for value in data)


def _decode_key(prefix: str, text: str) -> bytes:
    start = prefix + "1"
    data = [_LETTERS.find(c) for c in text[len(start) :]]
    if not text.startswith(start) or len(data) != 58 or -1 in data or _polymod(_spread(prefix) + data) != 1:
        raise BadKey("not an age key")
    number = sum(value << 5 * i for i, value in enumerate(reversed(data[:52])))
    if number & 15:
        raise BadKey("not an age key")
    return (number >> 4).to_bytes(32)


@lru_cache(maxsize=4096)  # public keys only: the same desks and receipts are sealed to again and again
def _point(recipient: Recipient) -> bytes:
    return _decode_key("age", recipient)


def _identity(raw: bytes) -> Identity:
    return Identity(_encode_key("age-secret-key-", raw).upper())


# --- keys


def new_key() -> tuple[Identity, Recipient]:
    """A fresh key pair: what opens, and what anyone may seal to."""
    fresh = pyrage.x25519.Identity.generate()
    return Identity(str(fresh)), Recipient(str(fresh.to_public()))


def recipient_of(identity: Identity) -> Recipient:
    """The public half of an identity. Raises BadKey."""
    public = X25519PrivateKey.from_private_bytes(_raw(identity)).public_key().public_bytes_raw()
    return Recipient(_encode_key("age", public))


def _raw(identity: Identity) -> bytes:
    if identity != identity.upper():
        raise BadKey("an identity is written in capitals")
    return _decode_key("age-secret-key-", identity.lower())


# --- one age file, one stanza

_CHUNK = 64 * 1024
_B64_32 = rb"[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]"  # 32 bytes without padding: the last two bits are zero
_HEADER = re.compile(
    rb"age-encryption\.org/v1\n-> X25519 " + _B64_32 + rb"\n" + _B64_32 + rb"\n--- " + _B64_32 + rb"\n"
)
HEADER_SIZE = 168


def _hkdf(material: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(material)


def _b64(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def _stanza(file_key: bytes, to: bytes) -> bytes:
    ephemeral = X25519PrivateKey.generate()
    share = ephemeral.public_key().public_bytes_raw()
    try:
        shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(to))
    except ValueError as error:
        raise BadKey("nobody can hold this key") from error  # a point of low order
    key = _hkdf(shared, b"age-encryption.org/v1/X25519", share + to)
    body = ChaCha20Poly1305(key).encrypt(bytes(12), file_key, None)
    return b"-> X25519 " + _b64(share) + b"\n" + _b64(body) + b"\n"


def _stream(key: bytes, plain: bytes) -> bytes:
    cipher = ChaCha20Poly1305(key)
    starts = range(0, max(len(plain), 1), _CHUNK)
    return b"".join(
        cipher.encrypt(struct.pack(">3xQ?", i, start == starts[-1]), plain[start : start + _CHUNK], None)
        for i, start in enumerate(starts)
    )


def seal(plain: bytes, to: Recipient) -> Sealed:
    """One age file that only the holder of `to` can open.

    Written here and not by pyrage, because pyrage adds a random second stanza ("grease"), and a file with
    more than one is refused everywhere in this product. Raises BadKey.
    """
    file_key, nonce = secrets.token_bytes(16), secrets.token_bytes(16)
    header = b"age-encryption.org/v1\n" + _stanza(file_key, _point(to)) + b"---"
    mac = hmac.digest(_hkdf(file_key, b"header"), header, "sha256")
    return Sealed(
        header + b" " + _b64(mac) + b"\n" + nonce + _stream(_hkdf(file_key, b"payload", nonce), plain)
    )


def check_envelope(blob: bytes, *, limit: int) -> None:
    """Looks at bytes only, so that a hostile header costs nothing. Raises BadEnvelope.

    age parsers may be quadratic in the number of stanzas; with one stanza the header has one length.
    """
    if len(blob) > limit:
        raise BadEnvelope("too long")
    if not _HEADER.match(blob):
        raise BadEnvelope("not one X25519 stanza")
    payload = len(blob) - HEADER_SIZE - 16
    rest = payload % (_CHUNK + 16)
    if payload < 16 or (payload > 16 and 0 < rest <= 16):
        raise BadEnvelope("cut short")


def open_sealed(sealed: Sealed, identity: Identity) -> bytes:
    """The plaintext. Raises BadEnvelope, BadKey, or CannotOpen: another key, or a changed byte."""
    check_envelope(sealed, limit=LONGEST_SEALED)
    recipient_of(identity)  # BadKey, before the library says the same in its own words
    try:
        return bytes(pyrage.decrypt(sealed, [pyrage.x25519.Identity.from_str(identity)]))
    except pyrage.DecryptError:
        raise CannotOpen("this key does not open it") from None


# --- padding: the size of what is stored tells nearly nothing about the length of what was said

_STEP = 4096
_PLAIN_STEPS = 16 * _STEP
LONGEST = 16 * 1024 * 1024
LONGEST_SEALED = 24 * 1024 * 1024


def padded_size(length: int) -> int:
    """Size in bytes to which `length` bytes are padded. Raises TooLong."""
    if length > LONGEST:
        raise TooLong("too long for one sealed document")
    needed = length + 4
    if needed <= _PLAIN_STEPS:
        return -(-needed // _STEP) * _STEP
    size = _PLAIN_STEPS
    while size < needed:
        size = -(-size * 5 // (4 * _STEP)) * _STEP
    return size


def pad(plain: bytes) -> bytes:
    """Length (u32, big-endian), the bytes, zeros. Raises TooLong."""
    return (struct.pack(">I", len(plain)) + plain).ljust(padded_size(len(plain)), b"\0")


def unpad(padded: bytes) -> bytes:
    """The bytes that pad() was given. Raises BadPadding."""
    length = int.from_bytes(padded[:4])
    if len(padded) < _STEP or length > LONGEST or padded_size(length) != len(padded):
        raise BadPadding("the size does not belong to the length")
    if padded[4 + length :].strip(b"\0"):
        raise BadPadding("the rest is not empty")
    return padded[4 : 4 + length]


# --- wraps: one key, sealed to another


def wrap(identity: Identity, to: Recipient) -> Sealed:
    """The identity of one key, readable by the holder of another. Raises BadKey."""
    recipient_of(identity)
    return seal(identity.encode(), to)


def unwrap(sealed: Sealed, identity: Identity, *, of: Recipient | None = None) -> Identity:
    """The identity in a wrap. With `of`, also checks whose it is, so that a swapped wrap is noticed.

    Raises BadEnvelope, CannotOpen, BadKey.
    """
    try:
        inner = Identity(open_sealed(sealed, identity).decode("ascii"))
    except UnicodeDecodeError:
        raise BadKey("the wrap holds no key") from None
    if recipient_of(inner) != (of or recipient_of(inner)):
        raise BadKey("the wrap holds another key")
    return inner


# --- a code or a passphrase becomes a key

RECEIPT_ROUNDS = 600_000
_CODE = re.compile(r"[0-9]{24}", re.ASCII)


def stretch_receipt(code: str, salt: bytes) -> Stretched:
    """The keys behind a receipt code of 24 ASCII digits; `salt` is the install's, at least 16 bytes.

    PBKDF2-HMAC-SHA256, 600,000 rounds (OWASP's figure for this hash); the code's 73 bits carry the strength.
    Raises WeakStretch for a short salt, ValueError for anything but 24 digits.
    """
    if not _CODE.fullmatch(code):
        raise ValueError("a receipt code has 24 digits")
    root = hashlib.pbkdf2_hmac("sha256", code.encode(), _checked_salt(salt), RECEIPT_ROUNDS)
    return Stretched(
        _hkdf(root, b"tincay/receipt/locator"),
        _identity(_hkdf(root, b"tincay/receipt/identity")),
        _hkdf(root, b"tincay/receipt/sign"),
    )


def _checked_salt(salt: bytes) -> bytes:
    if len(salt) < 16:
        raise WeakStretch("a salt has at least 16 bytes")
    return salt


FLOOR_N, CEILING_N = 2**17, 2**20


def stretch_passphrase(passphrase: str, salt: bytes, *, n: int = 2**17, r: int = 8, p: int = 1) -> Identity:
    """A staff member's key behind her passphrase (scrypt, RFC 7914). Raises WeakStretch.

    The passphrase is folded: keyboards type the same Vietnamese differently, and some have no marks.
    """
    power_of_two = n & (n - 1) == 0
    if not (FLOOR_N <= n <= CEILING_N and power_of_two and 8 <= r <= 16 and 1 <= p <= 4):
        raise WeakStretch("scrypt parameters out of bounds")
    typed = fold(passphrase).encode()
    # hashlib refuses without maxmem: 128·n·r bytes for the table, and room for the p blocks.
    room = 128 * r * (n + p + 2)
    root = hashlib.scrypt(typed, salt=_checked_salt(salt), n=n, r=r, p=p, maxmem=room, dklen=32)
    return _identity(_hkdf(root, b"tincay/person/identity"))


# --- keys that come from an identity


def desk_signing_seed(identity: Identity) -> bytes:
    """The seed with which a desk signs what it writes; who holds the desk's key can work it out. Raises BadKey."""
    return _hkdf(_raw(identity), b"tincay/desk/sign")


def bundle_identity(identity: Identity, bundle: UUID) -> Identity:
    """Her key for one bundle: no two organisations' rows hold the same public key of hers. Raises BadKey."""
    return _identity(_hkdf(_raw(identity), b"tincay/receipt/bundle\0" + bundle.hex.encode()))


# --- a public key as words that two people read to each other

_FINGERPRINT_WORDS = 10


def fingerprint(public: bytes, words: Sequence[str]) -> tuple[str, ...]:
    """Ten of a thousand words for a public key: the install's 32 bytes, or the ASCII of an age recipient
    (docs/formats/fingerprint.md)."""
    digest = hashlib.sha256(b"tincay/fingerprint/v1\0" + public).digest()
    number = int.from_bytes(digest) % 1000**_FINGERPRINT_WORDS
    return tuple(words[number // 1000**i % 1000] for i in reversed(range(_FINGERPRINT_WORDS)))


def same_fingerprint(typed: str, public: bytes, words: Sequence[str]) -> bool:
    """Whether somebody typed the ten words of this key, with or without marks, numbers and commas."""
    return re.findall("[a-z]+", fold(typed)) == [fold(word) for word in fingerprint(public, words)]


# --- signatures


def signing_public(seed: bytes) -> bytes:
    """The 32-byte Ed25519 public key of a 32-byte seed."""
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def sign(seed: bytes, message: bytes) -> bytes:
    """A 64-byte Ed25519 signature."""
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def verify_signature(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the holder of `public` signed exactly these bytes; False also for wrong lengths."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- proof that somebody holds the receipt


def challenge(
    recipient: Recipient, locator: bytes, session: bytes, *, secret: bytes | None = None
) -> tuple[bytes, Sealed]:
    """A secret of 32 bytes (given, or random), and the same sealed to the receipt, bound to locator and session.

    The browser answers with the secret only when the second half fits its own locator and the ticket that
    came with it: a challenge cannot be passed on from another visit. docs/formats/visit.md.
    """
    secret = secret or secrets.token_bytes(32)
    return secret, seal(secret + _binding(locator, session), recipient)


def answer_challenge(sealed: Sealed, identity: Identity, locator: bytes, session: bytes) -> bytes:
    """What the holder of the receipt answers. Raises BadEnvelope, CannotOpen."""
    opened = open_sealed(sealed, identity)
    if len(opened) != 64 or not hmac.compare_digest(opened[32:], _binding(locator, session)):
        raise CannotOpen("made for another visit")
    return opened[:32]


def _binding(locator: bytes, session: bytes) -> bytes:
    return hashlib.sha256(b"tincay/visit/v1\0" + locator + session).digest()
