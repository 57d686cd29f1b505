"""Sealed things, what is in them, and the envelope (seal.md, visit.md)."""

import hashlib
import hmac
import re
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.independent.base import (
    Json,
    Refused,
    from_base64,
    from_url64,
    has,
    hkdf,
    identity_of,
    is_code,
    must,
    public_of,
    read_json,
    recipient_of,
)
from tests.independent.signed import CODES, read_grant, read_words

# --- sealed things (seal.md, visit.md)

HALF = r"([A-Za-z0-9+/]{43})"
HEADER = re.compile(rf"age-encryption.org/v1\n-> X25519 {HALF}\n{HALF}\n--- {HALF}\n".encode())
CHUNK = 65536


def read_header(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Share, wrapped file key and MAC of the one header that may be (One sealed thing, 1 to 3)."""
    found = HEADER.match(sealed)
    must(found and len(sealed) >= 200, "one X25519 stanza")
    share, body, mac = (
        (from_base64(part.decode() + "=", 32) for part in found.groups()) if found else [b""] * 3
    )
    return share, body, mac


def open_sealed(sealed: bytes, identity: bytes) -> bytes:
    """What an age v1 file holds for this X25519 identity."""
    share, body, mac = read_header(sealed)
    try:
        key = X25519PrivateKey.from_private_bytes(identity)
        shared = key.exchange(X25519PublicKey.from_public_bytes(share))
        wrapping = hkdf(shared, "age-encryption.org/v1/X25519", share + public_of(identity))
        file_key = ChaCha20Poly1305(wrapping).decrypt(bytes(12), body, None)
        expected = hmac.digest(hkdf(file_key, "header"), sealed[: 168 - 45], "sha256")
        must(hmac.compare_digest(expected, mac), "the header's MAC")
        return _open_chunks(ChaCha20Poly1305(hkdf(file_key, "payload", sealed[168:184])), sealed[184:])
    except (InvalidTag, ValueError):
        raise Refused("sealed to another key, or altered") from None


def _open_chunks(cipher: ChaCha20Poly1305, payload: bytes) -> bytes:
    chunks = [payload[start : start + CHUNK + 16] for start in range(0, len(payload), CHUNK + 16)]
    opened = []
    for number, chunk in enumerate(chunks):
        last = number == len(chunks) - 1
        opened.append(cipher.decrypt(number.to_bytes(11, "big") + bytes([last]), chunk, None))
    must(opened[-1] or len(opened) == 1, "an empty last chunk")
    return b"".join(opened)


def padded_size(length: int) -> int:
    """The smallest size that fits this much and its four bytes (Padding, 1 to 3)."""
    size = 4096
    while size < length + 4:
        size = size + 4096 if size < 65536 else -(-size * 5 // 4 // 4096) * 4096
    return size


def unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:4], "big")
    must(len(padded) >= 4 and len(padded) == padded_size(length), "a padded size")
    must(not any(padded[4 + length :]), "a rest of zeros")
    return padded[4 : 4 + length]


def open_document(sealed: bytes, identity: bytes) -> Json:
    """A padded document of a compartment; members that nobody knows are kept (Documents)."""
    try:
        return read_json(unpad(open_sealed(sealed, identity)).decode())
    except UnicodeDecodeError:
        raise Refused("UTF-8") from None


def open_wrap(sealed: bytes, holder: bytes, recipient: str) -> bytes:
    """The identity in a wrap, which belongs to the recipient that is named (A wrap)."""
    must(len(sealed) == 274, "the size of a wrap")
    identity = identity_of(open_sealed(sealed, holder).decode("ascii", "replace"))
    must(public_of(identity) == recipient_of(recipient), "a swapped wrap")
    return identity


def open_challenge(sealed: bytes, identity: bytes, locator: bytes, ticket: str) -> bytes:
    """The answer to a challenge that was made for this visit (visit.md 1, 2)."""
    plain = open_sealed(sealed, identity)
    asked = hashlib.sha256(b"tincay/visit/v1\0" + locator + ticket.encode("ascii", "replace")).digest()
    must(len(plain) == 64 and plain[32:] == asked, "a challenge for another visit")
    return plain[:32]


# --- the envelope (seal.md)

COMPARTMENTS = {"narrative": (1, 8), "contact": (1, 1), "identity": (0, 0), "thread": (0, 0)}


def read_envelope(text: str, keys: Mapping[str, Json], case: str, bits: int = 0) -> Json:
    """A report as it was posted, sealed to these present keys of desks (The envelope, 1 to 10)."""
    envelope = read_json(text)
    proof = dict if bits else type(None)
    codes = {"priority": str, "kind_group": str, "retention_class": str}
    parts = {"receipt": dict, "compartments": dict, "words": dict, "grants": list, "proof_of_work": proof}
    has(envelope, v=int, key=str, desk=str, **codes, **parts)
    must(envelope["v"] == 1 and envelope["desk"] in keys, "an envelope to a desk that receives")
    must(re.fullmatch("p[0-3]", envelope["priority"]) and is_code(envelope["retention_class"]), "codes")
    must(envelope["kind_group"] in {"question", "substantive", "data_request"}, "codes")
    receipt = envelope["receipt"]
    has(receipt, locator=str, recipient=str, signing=str)
    from_url64(receipt["locator"], 32)
    signing = from_url64(receipt["signing"], 32)
    must(envelope["compartments"].keys() == COMPARTMENTS.keys(), "four compartments")
    for name, part in envelope["compartments"].items():
        desk = keys[case if name == "identity" else envelope["desk"]]
        _check_compartment(part, COMPARTMENTS[name], {desk["recipient"], receipt["recipient"]})
    _check_words(envelope, read_words(envelope["words"], signing), keys[envelope["desk"]])
    must(len(envelope["grants"]) <= 16, "sixteen grants")
    numbers = [read_grant(grant, signing)["n"] for grant in envelope["grants"]]
    must(numbers == list(range(1, len(numbers) + 1)), "numbers from 1, without a gap")
    if bits:
        has(envelope["proof_of_work"], nonce=str, counter=int)
        asked = "{nonce}:{counter}".format(**envelope["proof_of_work"]).encode("ascii", "replace")
        must(int.from_bytes(hashlib.sha256(asked).digest(), "big") >> 256 - bits == 0, "work")
    return envelope


def _check_compartment(part: Json, sizes: tuple[int, int], holders: set[str]) -> None:
    has(part, recipient=str, sealed=list, wraps=list)
    recipient_of(part["recipient"])
    must(sizes[0] <= len(part["sealed"]) <= sizes[1], "as many sealed things")
    for sealed in map(from_base64, part["sealed"]):
        read_header(sealed)
        must(len(sealed) <= 300_000, "a sealed thing that is too long")
    must(len(part["wraps"]) == 2 and {wrap.get("to") for wrap in part["wraps"]} == holders, "two wraps")
    for wrap in part["wraps"]:
        has(wrap, to=str, sealed=str)
        read_header(from_base64(wrap["sealed"], 274))


def _check_words(envelope: Json, words: Json, desk: Json) -> None:
    """Her signature is over exactly what came (words.md 3 to 6)."""
    there = {
        name: {
            "recipient": part["recipient"],
            "sealed": [hashlib.sha256(from_base64(each)).hexdigest() for each in part["sealed"]],
        }
        for name, part in envelope["compartments"].items()
    }
    expected = {
        "codes": {name: envelope[name] for name in CODES},
        "compartments": there,
        "desk": desk["desk"],
        "desk_signing": desk["signing"],
        "key": envelope["key"],
        "kind": "report",
        "n": 1,
        "v": 1,
    }
    must(words == expected, "words over something else")
