"""Reads and checks each format of docs/formats; written from those documents and public standards alone.

Standards: age-encryption.org/v1, BIP 173, RFC 5869, 6962, 8032, 9162, ISO 7064, C2SP signed-note, tlog-checkpoint,
tlog-cosignature, tlog-policy and tlog-proof. Nothing of the product is imported: what both halves of it read alike and
wrong, this reads otherwise. Each function returns what its argument says, or raises `Refused`.
"""

import base64
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Json = dict[str, Any]
LARGEST = 2**53 - 1


class Refused(ValueError):
    """What was read is not what its document says. Names the rule, never what was read."""


def must(holds: object, rule: str) -> None:
    if not holds:
        raise Refused(rule)


# --- texts, bytes, JSON


def from_base64(text: str, size: int | None = None) -> bytes:
    """Standard base64 with padding, in its one spelling."""
    try:
        raw = base64.b64decode(text, validate=True)
    except ValueError:
        raise Refused("base64") from None
    must(base64.b64encode(raw).decode() == text and size in (None, len(raw)), "base64")
    return raw


def from_url64(text: object, size: int) -> bytes:
    """Base64url without padding, in its one spelling."""
    must(isinstance(text, str) and re.fullmatch(r"[A-Za-z0-9_-]*", text), "base64url")
    standard = str(text).replace("-", "+").replace("_", "/")
    return from_base64(standard + "=" * (-len(standard) % 4), size)


def _members(pairs: list[tuple[str, Any]]) -> Json:
    must(len({name for name, _ in pairs}) == len(pairs), "a member twice")
    return dict(pairs)


def _no_number(_: str) -> None:
    raise Refused("a number that is not whole")


def read_json(text: str) -> Json:
    """A JSON object without repeated members and without numbers that are not whole."""
    try:
        found = json.loads(
            text, object_pairs_hook=_members, parse_float=_no_number, parse_constant=_no_number
        )
        text.encode()
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, Refused) else Refused("JSON") from None
    must(isinstance(found, dict), "a JSON object")
    return dict(found)


def _is_plain(value: Any) -> bool:
    """What the one spelling can hold: whole numbers that every reader can, names that no reader puts elsewhere."""
    if isinstance(value, dict):
        return all(not re.fullmatch("[0-9]+", name) and _is_plain(one) for name, one in value.items())
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return not isinstance(value, int) or abs(value) <= LARGEST


def read_spelled(text: str) -> Json:
    """A JSON object in the one spelling (statement.md 2, leaf.md 2)."""
    found = read_json(text)
    written = json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    must(_is_plain(found) and written == text, "another spelling")
    return found


def has(document: Mapping[str, Any], /, **shape: type) -> None:
    """Exactly these members, each of its type (a truth value is no number)."""
    must(document.keys() == shape.keys(), "other members")
    must(all(type(document[name]) is kind for name, kind in shape.items()), "a value of another type")


def read_day(text: object) -> date:
    must(isinstance(text, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text), "a day")
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise Refused("a day") from None


def is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def is_code(value: object) -> bool:
    return isinstance(value, str) and bool(re.fullmatch(r"[a-z0-9][a-z0-9_-]*", value))


# --- keys (BIP 173, RFC 5869, RFC 8032)

ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
GENERATOR = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


def _checksum(values: Sequence[int]) -> int:
    check = 1
    for value in values:
        top, check = check >> 25, (check & 0x1FFFFFF) << 5 ^ value
        for place, number in enumerate(GENERATOR):
            check ^= number if top >> place & 1 else 0
    return check


def from_bech32(text: str, prefix: str) -> bytes:
    """The 32 bytes of a key that age writes in Bech32."""
    must(text.startswith(prefix + "1") and len(text) == len(prefix) + 59, "a Bech32 key")
    values = [ALPHABET.find(letter) for letter in text[len(prefix) + 1 :]]
    letters = [*(ord(letter) >> 5 for letter in prefix), 0, *(ord(letter) & 31 for letter in prefix)]
    must(min(values) >= 0 and _checksum([*letters, *values]) == 1, "a Bech32 key")
    bits = int("".join(f"{value:05b}" for value in values[:-6]), 2)
    must(bits & 0b1111 == 0, "a Bech32 key")
    return (bits >> 4).to_bytes(32, "big")


def identity_of(text: str) -> bytes:
    must(text == text.upper(), "an identity in upper case")
    return from_bech32(text.lower(), "age-secret-key-")


def recipient_of(text: str) -> bytes:
    return from_bech32(text, "age")


def public_of(identity: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(identity).public_key().public_bytes_raw()


def signing_of(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def hkdf(key: bytes, info: str | bytes, salt: bytes = b"") -> bytes:
    info = info if isinstance(info, bytes) else info.encode()
    return HKDF(SHA256(), 32, salt or None, info).derive(key)


def verifies(public: bytes, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


# --- sealed things (seal.md, visit.md)

HALF = r"([A-Za-z0-9+/]{43})"
HEADER = re.compile(rf"age-encryption.org/v1\n-> X25519 {HALF}\n{HALF}\n--- {HALF}\n".encode())
CHUNK = 65536


def read_header(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Share, wrapped file key and MAC of the one header that may be (One sealed thing, 1 to 3)."""
    found = HEADER.match(sealed)
    must(found and len(sealed) >= 200, "one X25519 stanza")
    share, body, mac = (from_base64(part.decode() + "=", 32) for part in found.groups()) if found else [b""] * 3
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


# --- signed statements (statement.md)

LABELS = {
    "words": "tincay/words/v1",
    "grant": "tincay/grant/v2",
    "reply": "tincay/reply/v1",
    "desk-key": "tincay/desk-key/v1",
    "member": "tincay/member/v1",
    "routing": "tincay/routing/v1",
    "receipt-change": "tincay/receipt-change/v1",
}


def read_statement(kind: str, statement: Mapping[str, Any], public: bytes) -> Json:
    """The document of a statement of this kind that this key signed (1 to 4)."""
    has(statement, document=str, signature=str)
    signature = from_url64(statement["signature"], 64)
    message = LABELS[kind].encode() + b"\0" + statement["document"].encode("utf-8", "replace")
    must(verifies(public, signature, message), "a signature of this kind and key")
    return read_spelled(statement["document"])


# --- who wrote what (words.md)

CODES = {"kind_group", "priority", "retention_class"}
HEX_32 = re.compile("[0-9a-f]{64}")


def read_words(statement: Mapping[str, Any], signing: bytes) -> Json:
    """One statement of hers over what she sealed (Her words, 1 to 5)."""
    words = read_statement("words", statement, signing)
    has(words, codes=dict, compartments=dict, desk=str, desk_signing=str, key=str, kind=str, n=int, v=int)
    must(words["v"] == 1 and words["n"] >= 1 and is_code(words["desk"]), "her words")
    must(words["kind"] in {"report", "message", "words", "carried"}, "a kind of her words")
    from_url64(words["desk_signing"], 32)
    from_url64(words["key"], 16)
    for part in words["compartments"].values():
        has(part, recipient=str, sealed=list)
        recipient_of(part["recipient"])
        must(all(isinstance(each, str) and HEX_32.fullmatch(each) for each in part["sealed"]), "hashes")
    names = words["codes"].keys()
    must(names == CODES if words["kind"] == "report" else names <= {"priority"}, "what goes in the clear")
    return words


def read_story(statements: Sequence[Mapping[str, Any]], signing: bytes) -> list[Json]:
    """All her statements, numbered from 1 without a gap (Her words, 2 and 8)."""
    story = [read_words(statement, signing) for statement in statements]
    must(story and [words["n"] for words in story] == list(range(1, len(story) + 1)), "a gap in her words")
    return story


def named(story: Sequence[Json], recipient: str) -> list[str]:
    """The hashes of all that she sealed to this key, in her order (Her words, 3)."""
    parts = [part for words in story for part in words["compartments"].values()]
    return [each for part in parts if part["recipient"] == recipient for each in part["sealed"]]


def check_hers(story: Sequence[Json], recipient: str, sealed: Sequence[bytes]) -> None:
    """Nothing that she did not name is there, and nothing of it is missing (Her words, 9)."""
    there = [hashlib.sha256(each).hexdigest() for each in sealed]
    must(there == named(story, recipient), "sealed words that she did not name, or that are missing")


def desk_signing_of(identity: bytes) -> bytes:
    """What verifies the statements of a desk with this identity (A desk's reply, 10)."""
    return signing_of(hkdf(identity, "tincay/desk/sign"))


@dataclass(frozen=True)
class Place:
    """What the page says of a message: where it stands, and on which days it may have been signed."""

    thread: str
    key: str
    kind: str
    by: int
    days: Collection[str] = ()


def read_reply(document: Mapping[str, Any], keys: Collection[bytes], place: Place) -> str:
    """The words of a desk whose key is one of these, at this place and no other (A desk's reply, 11 to 13)."""
    has(document, v=int, reply=str, signature=str)
    reply = read_spelled(document["reply"])
    signing = from_url64(reply.get("signing"), 32)
    must(document["v"] == 1 and signing in keys, "a desk that she does not know")
    read_statement("reply", {"document": document["reply"], "signature": document["signature"]}, signing)
    has(
        reply, by=int, day=str, desk=str, key=str, kind=str, signing=str, thread=str, v=int, words=str
    )
    must(reply["v"] == 1 and reply["kind"] in {"message", "question", "answer"}, "a reply")
    read_day(reply["day"])
    said = Place(reply["thread"], reply["key"], reply["kind"], reply["by"], place.days)
    must(said == place and (not place.days or reply["day"] in place.days), "another place")
    return str(reply["words"])


# --- consent (grant.md)

UUID = "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
RECEIVER = re.compile(rf"(desk|body):[a-z0-9][a-z0-9_-]*|service:{UUID}")
HERS_ALONE = {"share_police_named", "story", "research"}


def read_grant(statement: Mapping[str, Any], signing: bytes) -> Json:
    """A yes or a no, signed with the key behind its `signer` (1 to 3, 6)."""
    grant = read_statement("grant", statement, signing)
    ends = str if grant.get("until") is not None else type(None)
    to = str if grant.get("receiver") is not None else type(None)
    has(
        grant,
        **{"scope": str, "receiver": to, "items": list, "given": bool, "method": str, "n": int},
        **{"signer": str, "text": str, "day": str, "until": ends, "v": int},
    )
    items = grant["items"]
    must(grant["v"] == 2 and grant["n"] >= 1 and is_code(grant["scope"]) and is_code(grant["method"]), "a grant")
    must(to is not str or RECEIVER.fullmatch(grant["receiver"]), "a receiver")
    must(all(isinstance(item, str) for item in items) and items == sorted(set(items)), "sorted items")
    read_day(grant["day"])
    must(ends is not str or read_day(grant["until"]), "a day")
    must(re.fullmatch(r"receipt|staff:[1-9][0-9]*", grant["signer"]), "a signer")
    must(grant["signer"] == "receipt" or grant["scope"] not in HERS_ALONE, "nobody says this for her")
    return grant


def allows(said: Sequence[Json], scope: str, receiver: str, item: str, day: str) -> bool:
    """Whether she allows it on that day; `said` in the order of the report's steps (3 to 7)."""
    last: dict[str, int] = {}
    counting: tuple[bool, Json] | None = None
    for grant in said:
        must(grant["n"] > last.get(grant["signer"], 0), "a number that is not larger")
        last[grant["signer"]] = grant["n"]
        no, hers = not grant["given"], grant["signer"] == "receipt"
        speaks_of_it = item in grant["items"] or (no and not grant["items"])
        speaks_to_it = grant["receiver"] == receiver or (no and grant["receiver"] is None)
        if grant["scope"] == scope and speaks_of_it and speaks_to_it and (hers or not (counting and counting[0])):
            counting = hers, grant
    grant = counting[1] if counting else {"given": False}
    return bool(grant["given"]) and (grant["until"] is None or day <= grant["until"])


# --- where reports go, desk keys, members (routing.md, rewrap.md)


def _key(document: Mapping[str, Any]) -> Json:
    """The public halves of one key of a desk."""
    must(type(document["number"]) is int and document["number"] >= 1 and is_code(document["desk"]), "a desk's key")
    recipient_of(document["recipient"])
    from_url64(document["signing"], 32)
    return {name: document[name] for name in ("desk", "number", "recipient", "signing")}


def read_desk_key(statement: Mapping[str, Any], signing: bytes) -> Json:
    """A later key of a desk, signed with the key before it (routing.md 3)."""
    document = read_statement("desk-key", statement, signing)
    has(document, desk=str, number=int, recipient=str, signing=str, v=int)
    must(document["v"] == 1, "a desk's key")
    return _key(document)


def follow(first: Json, later: Sequence[Mapping[str, Any]]) -> Json:
    """A desk's present key: the last of a chain of the same desk, each number one higher (routing.md 3)."""
    present = first
    for statement in later:
        following = read_desk_key(statement, from_url64(present["signing"], 32))
        fits = (following["desk"], following["number"]) == (present["desk"], present["number"] + 1)
        must(fits, "a key that follows")
        present = following
    return present


def successors(pinned: Iterable[bytes], later: Sequence[Mapping[str, Any]]) -> set[bytes]:
    """These keys and all that follow from them, in whatever order the statements come (words.md 13)."""
    known, grown = set(pinned), True
    while grown:
        found = {following for key in known for following in _signed_by(key, later)}
        known, grown = known | found, not found <= known
    return known


def _signed_by(key: bytes, later: Sequence[Mapping[str, Any]]) -> Iterator[bytes]:
    for statement in later:
        with suppress(Refused):
            yield from_url64(read_desk_key(statement, key)["signing"], 32)


def read_routing(install: str, statement: Mapping[str, Any]) -> Json:
    """Which desks receive, under which keys, for which province (routing.md 1 and 2)."""
    routing = read_statement("routing", statement, from_url64(install, 32))
    has(routing, default=str, desks=dict, origin=str, provinces=dict, serial=int, v=int)
    desks = routing["desks"]
    for code, desk in desks.items():
        has(desk, case=str, number=int, recipient=str, signing=str, state=bool)
        _key({**desk, "desk": code})
    led_to = {*routing["provinces"].values(), *(desk["case"] for desk in desks.values())}
    must(led_to <= desks.keys() and routing["default"] in desks, "a desk that is not named")
    must(routing["v"] == 1 and not desks[routing["default"]]["state"], "a default of the state")
    return routing


def present_keys(routing: Json, later: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, Json]:
    """The present key of each desk (routing.md 3 to 5)."""
    return {
        code: follow(_key({**desk, "desk": code}), later.get(code, ()))
        for code, desk in routing["desks"].items()
    }


def check_voucher(voucher: Mapping[str, Any], desk: Json, recipient: str) -> None:
    """The desk's word that this public key is a member's (rewrap.md 8)."""
    document = read_statement("member", voucher, from_url64(desk["signing"], 32))
    expected = {"desk": desk["desk"], "of": desk["recipient"], "recipient": recipient, "v": 1}
    must(document == expected, "a voucher for somebody else")


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
    must(numbers == sorted(set(numbers)), "a number that is not larger")
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


# --- the receipt code and words of the staff (receipt.md, fingerprint.md)


def fold(text: str) -> str:
    """Small letters without marks, single spaces (receipt.md 4)."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).lower().replace("đ", "d"))
    kept = (letter for letter in text if unicodedata.category(letter) not in {"Mn", "Mc", "Me", "Cf"})
    return " ".join("".join(kept).split())


def check_code(digits: str) -> str:
    """24 digits that leave 1 (ISO 7064, MOD 97-10)."""
    must(re.fullmatch("[0-9]{24}", digits), "24 digits")
    must(int(digits) % 97 == 1, "the check digits")
    return digits


def code_of_things(nouns: Sequence[str], things: Mapping[str, str]) -> str:
    """The code behind twelve nouns in their order; `things` gives the two digits of a folded noun."""
    must(len(nouns) == 12 and all(fold(noun) in things for noun in nouns), "twelve things")
    return check_code("".join(things[fold(noun)] for noun in nouns))


@dataclass(frozen=True)
class Opened:
    """What a code opens."""

    locator: bytes
    identity: bytes
    seed: bytes


def stretch(digits: str, salt: bytes) -> Opened:
    must(len(salt) >= 16, "a salt")
    root = hashlib.pbkdf2_hmac("sha256", check_code(digits).encode(), salt, 600_000, 32)
    return Opened(*(hkdf(root, f"tincay/receipt/{name}") for name in ("locator", "identity", "sign")))


def bundle_identity(identity: bytes, bundle: str) -> bytes:
    """Her key in another organisation's rows (seal.md, Compartments)."""
    return hkdf(identity, b"tincay/receipt/bundle\0" + bundle.encode())


def person_identity(passphrase: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    """What a passphrase of the staff opens (fingerprint.md 2 and 3)."""
    must(len(salt) >= 16 and 2**17 <= n <= 2**20 and 8 <= r <= 16 and 1 <= p <= 4, "weak parameters")
    memory = 128 * r * (n + p + 2) + 2**20
    root = hashlib.scrypt(fold(passphrase).encode(), salt=salt, n=n, r=r, p=p, maxmem=memory, dklen=32)
    return hkdf(root, "tincay/person/identity")


def fingerprint(key: bytes, syllables: Sequence[str]) -> list[str]:
    """Ten words for a public key (fingerprint.md 1 and 4)."""
    must(len({fold(each) for each in syllables}) == len(syllables) == 1000, "a thousand syllables")
    number = int.from_bytes(hashlib.sha256(b"tincay/fingerprint/v1\0" + key).digest(), "big") % 1000**10
    return [syllables[number // 1000**place % 1000] for place in range(9, -1, -1)]


def is_fingerprint(typed: str, key: bytes, syllables: Sequence[str]) -> bool:
    """Marks, case, numbers and commas make no difference (fingerprint.md 5)."""
    return re.findall("[a-z]+", fold(typed)) == [fold(each) for each in fingerprint(key, syllables)]


# --- leaves and openings (leaf.md)


@dataclass(frozen=True)
class Leaf:
    """What an opening opens."""

    event: Json
    data: bytes

    @property
    def hash(self) -> bytes:
        return hashlib.sha256(b"\0" + self.data).digest()


def read_event(text: str) -> Json:
    """A flat object of texts and whole numbers with a kind and a day (1 to 3, 5)."""
    event = read_spelled(text)
    must(len(text.encode()) <= 4096 and all(type(each) in (str, int) for each in event.values()), "an event")
    must(is_code(event.get("kind")) and read_day(event.get("day")), "an event")
    must(re.fullmatch("[0-9a-f]{32}", str(event.get("record", "0" * 32))), "the id of a report")
    return event


def read_opening(text: str) -> Leaf:
    """The leaf that an opening opens (7 to 9, 23)."""
    opening = read_spelled(text)
    has(opening, event=str, nonce=str, v=int)
    must(opening["v"] == 1, "an opening")
    nonce = from_base64(opening["nonce"], 32)
    data = b"\x01" + hmac.digest(nonce, opening["event"].encode(), "sha256")
    return Leaf(read_event(opening["event"]), data)


def check_steps(events: Sequence[Json], record: str) -> None:
    """All leaves about one report: numbered without a gap (5)."""
    must(all(event.get("record") == record for event in events), "an event of another report")
    numbers = [event.get("n") for event in events]
    must(numbers == list(range(1, len(events) + 1)), "an opening is missing")


def read_key_changed(event: Json) -> Json:
    """A key of a desk in the log (6)."""
    has(event, day=str, desk=str, kind=str, number=int, recipient=str, signing=str)
    must(event["kind"] == "key_changed" and event["number"] >= 1 and is_code(event["desk"]), "a desk's key")
    recipient_of(event["recipient"])
    must(event["signing"] == "" or from_url64(event["signing"], 32), "a desk's key")
    return event


def read_day_totals(event: Json) -> dict[str, int]:
    """How many leaves of which kind, from `from` up to `size` (18 and 19)."""
    counts = {name.removeprefix("count_"): each for name, each in event.items() if name.startswith("count_")}
    rest = {name: each for name, each in event.items() if not name.startswith("count_")}
    has(rest, **{"day": str, "floor": int, "from": int, "kind": str, "size": int, "week": str})
    must(event["kind"] == "day_totals" and event["floor"] >= 64 and is_count(event["from"]), "a day's totals")
    year, week, _ = (read_day(event["day"]) - timedelta(days=1)).isocalendar()
    must(event["week"] == f"{year:04}-W{week:02}", "the week of the day before")
    must(all(is_count(each) and each for each in counts.values()), "counts")
    must(sum(counts.values()) == event["size"] - event["from"] > 0, "counts that do not add up")
    return counts


def floors(days: Sequence[tuple[date, int]], following: date) -> list[int]:
    """The floor in force at each checkpoint and at the next, from how many leaves each added (15 and 16)."""
    found = [64]
    for place, day in enumerate([*(day for day, _ in days), following]):
        since = sorted(added for before, added in days[:place] if before >= day - timedelta(days=91))
        may_exceed = max(1, len(since) // 100)
        found.append(max([found[-1], *since[: max(0, len(since) - may_exceed)][-1:]]))
    return found[1:]


def check_growth(days: Sequence[tuple[date, int]]) -> None:
    """What each checkpoint added is a positive multiple of the floor in force (15)."""
    in_force = floors(days, date.max)
    must(all(added > 0 and not added % floor for (_, added), floor in zip(days, in_force, strict=False)), "a floor")


# --- notes, checkpoints, policies (checkpoint.md, C2SP)


@dataclass(frozen=True)
class Key:
    """A verifier key: `name+id+base64(type, public key)`."""

    name: str
    id: bytes
    type: int
    public: bytes

    @classmethod
    def read(cls, text: str) -> "Key":
        name, *rest = text.split("+", 2)
        must(len(rest) == 2 and name, "a verifier key")
        raw = from_base64(rest[1], 33)
        number = hashlib.sha256(name.encode() + b"\n" + raw).digest()[:4]
        must(rest[0] == number.hex() and raw[0] in (1, 4), "a verifier key")
        return cls(name, number, raw[0], raw[1:])

    def time(self, text: str, signature: bytes) -> int:
        """When a witness signed this text, 0 for a log; refuses a line that does not fit."""
        stamp = int.from_bytes(signature[:8], "big") if self.type == 4 else 0
        message = f"cosignature/v1\ntime {stamp}\n{text}" if self.type == 4 else text
        must(stamp < 2**63 and verifies(self.public, signature[8 * (self.type == 4) :], message.encode()), "a line")
        return stamp


@dataclass(frozen=True)
class Note:
    """A text and the lines under it: name, key id, signature."""

    text: str
    lines: tuple[tuple[str, bytes, bytes], ...]

    @classmethod
    def read(cls, whole: str) -> "Note":
        text, blank, below = whole.rpartition("\n\n")
        must(blank and below.endswith("\n") and not re.search(r"[\x00-\x09\x0b-\x1f]", whole), "a note")
        found = [re.fullmatch(r"— ([^\s+]+) (\S+)", line) for line in below[:-1].split("\n")]
        must(len(found) <= 100 and all(found), "lines of signatures")
        lines = [(line[1], from_base64(line[2])) for line in found if line]
        return cls(text + "\n", tuple((name, raw[:4], raw[4:]) for name, raw in lines))

    def signed_by(self, keys: Collection[Key]) -> dict[Key, int]:
        """Which of these keys signed, and when; lines of others are ignored (7)."""
        known = {(key.name, key.id): key for key in keys}
        ours = [(known[line[:2]], line[2]) for line in self.lines if line[:2] in known]
        return {key: key.time(self.text, signature) for key, signature in ours}


@dataclass(frozen=True)
class Policy:
    """Whom somebody trusts (C2SP tlog-policy)."""

    logs: tuple[Key, ...]
    witnesses: Mapping[str, Key]
    groups: Mapping[str, tuple[int, tuple[str, ...]]]
    quorum: str

    @classmethod
    def read(cls, text: str) -> "Policy":
        logs: list[Key] = []
        witnesses: dict[str, Key] = {}
        groups: dict[str, tuple[int, tuple[str, ...]]] = {}
        quorum: list[str] = []
        for line in text.split("\n"):
            word, *rest = re.split(r"[ \t]+", line.strip(" \t"))
            names = {*witnesses, *groups}
            if word == "log" and len(rest) in (1, 2):
                logs.append(Key.read(rest[0]))
            elif word == "witness" and len(rest) in (2, 3) and rest[0] not in {*names, "none"}:
                witnesses[rest[0]] = Key.read(rest[1])
            elif word == "group" and len(rest) > 2 and rest[0] not in {*names, "none"}:
                members = tuple(rest[2:])
                must(set(members) <= names and len({*members}) == len(members), "members of a group")
                number = {"any": "1", "all": str(len(members))}.get(rest[1], rest[1])
                must(re.fullmatch("[1-9][0-9]{0,3}", number) and int(number) <= len(members), "a threshold")
                groups[rest[0]] = int(number), members
            elif word == "quorum" and len(rest) == 1 and not quorum and rest[0] in {*names, "none"}:
                quorum = rest
            else:
                must(not word or word.startswith("#"), "a line of a policy")
        grouped = [name for _, members in groups.values() for name in members]
        keys = [key.public for key in (*logs, *witnesses.values())]
        must(quorum and len({*grouped}) == len(grouped) and len({*keys}) == len(keys), "a policy")
        must(all(key.type == 1 for key in logs) and all(key.type == 4 for key in witnesses.values()), "types")
        return cls(tuple(logs), witnesses, groups, quorum[0])

    def is_met(self, signed: Collection[Key], name: str | None = None) -> bool:
        name = name or self.quorum
        if name in self.groups:
            number, members = self.groups[name]
            return sum(self.is_met(signed, member) for member in members) >= number
        return name == "none" or self.witnesses[name] in signed


@dataclass(frozen=True)
class Checkpoint:
    """How many leaves a log holds and what they are; `times` of the witnesses that saw it."""

    size: int
    root: bytes
    times: Mapping[str, int]


def read_signed_policy(note: str) -> Policy:
    """The policy of an install: its one log signed it, and nobody else (5; receipt-proof.md 4.3)."""
    read = Note.read(note)
    policy = Policy.read(read.text)
    must(len(policy.logs) == 1, "one log")
    must(len(read.lines) == 1 and read.signed_by(policy.logs), "a policy that its log signed")
    return policy


def read_checkpoint(note: str, policy: Policy) -> Checkpoint:
    """A checkpoint of a log of the policy with as many witnesses as it asks for (1, 4, 6 to 9)."""
    read = Note.read(note)
    found = re.fullmatch(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n(\S+)\n", read.text)
    origin, size, root = found.groups() if found else ("", "", "")
    logs = [key for key in policy.logs if key.name == origin]
    must(found and logs and read.signed_by(logs), "a checkpoint that its log signed")
    signed = read.signed_by(policy.witnesses.values())
    must(policy.is_met(signed), "fewer witnesses than the policy asks for")
    return Checkpoint(int(size), from_base64(root, 32), {key.name: time for key, time in signed.items()})


def check_inclusion(leaf: bytes, index: int, path: Sequence[bytes], tree: Checkpoint) -> None:
    """RFC 9162, section 2.1.3.2."""
    must(index < tree.size, "an index beyond the tree")
    place, last, found = index, tree.size - 1, leaf
    for beside in path:
        must(last, "a path that is too long")
        is_right = place & 1 or place == last
        found = hashlib.sha256(b"\x01" + (beside + found if is_right else found + beside)).digest()
        while is_right and place and not place & 1:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    must(last == 0 and found == tree.root, "a leaf that is not in the tree")


def read_promise(note: str, log: Key) -> tuple[bytes, str]:
    """The hash of a leaf, and the week in which the log promised to take it (promise.md 1, 2, 6)."""
    read = Note.read(note)
    lines = rf"tincay-promise/v1\norigin {re.escape(log.name)}\nleaf (\S+)\nweek ([0-9]{{4}})-W([0-9]{{2}})\nwithin 24h\n"
    found = re.fullmatch(lines, read.text)
    leaf, year, week = found.groups() if found else ("", "1", "1")
    must(found and log.type == 1 and read.signed_by([log]), "a promise that this log signed")
    try:
        date.fromisocalendar(int(year), int(week), 1)
    except ValueError:
        raise Refused("a week") from None
    return from_base64(leaf, 32), f"{year}-W{week}"


# --- the file that she keeps (receipt-proof.md)


@dataclass(frozen=True)
class Proof:
    """What a proof file shows."""

    leaf: Leaf
    index: int
    checkpoint: Checkpoint
    log: str
    registered: bool


def read_proof(text: str, trusted: Policy | None = None) -> Proof:
    """A valid `.tlog-proof` of a step, under its own policy and, if given, also under a trusted one (4)."""
    upper, _, rest = text.partition("\n\n")
    version, extra, index, *path = [*upper.split("\n"), "", ""]
    must(version == "c2sp.org/tlog-proof@v1" and extra.startswith("extra "), "a proof with an opening")
    must(re.fullmatch("index (0|[1-9][0-9]{0,18})", index), "an index")
    try:
        held = read_spelled(from_base64(extra.removeprefix("extra ")).decode())
    except UnicodeDecodeError:
        raise Refused("UTF-8") from None
    has(held, opening=str, policy=str, v=int)
    must(held["v"] == 1, "a proof with an opening")
    leaf = read_opening(held["opening"])
    policy = read_signed_policy(held["policy"])
    keys = {(key.name, key.id) for key in (*policy.logs, *policy.witnesses.values())}
    must(all(line[:2] in keys for line in Note.read(rest).lines), "a line of a stranger")
    hashes = [from_base64(each, 32) for each in path[: len(upper.split("\n")) - 3]]
    place = int(index.removeprefix("index "))
    for each in (policy, trusted) if trusted else (policy,):
        checkpoint = read_checkpoint(rest, each)
        check_inclusion(leaf.hash, place, hashes, checkpoint)
    own = read_checkpoint(rest, policy)
    return Proof(leaf, place, own, policy.logs[0].name, policy.quorum != "none")
