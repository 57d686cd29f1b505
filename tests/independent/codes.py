"""The receipt code, passphrases and fingerprints (receipt.md, fingerprint.md)."""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tests.independent.base import hkdf, must, recipient_of

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


def fingerprint(key: bytes | str, syllables: Sequence[str]) -> list[str]:
    """Ten words for the install's key, or for the age recipient of a desk or a member (fingerprint.md 1 and 4)."""
    must(len(key) == 32 if isinstance(key, bytes) else recipient_of(key), "a public key")
    written = key if isinstance(key, bytes) else key.encode()
    must(len({fold(each) for each in syllables}) == len(syllables) == 1000, "a thousand syllables")
    number = int.from_bytes(hashlib.sha256(b"tincay/fingerprint/v1\0" + written).digest(), "big") % 1000**10
    return [syllables[number // 1000**place % 1000] for place in range(9, -1, -1)]


def is_fingerprint(typed: str, key: bytes | str, syllables: Sequence[str]) -> bool:
    """Marks, case, numbers and commas make no difference (fingerprint.md 5)."""
    return re.findall("[a-z]+", fold(typed)) == [fold(each) for each in fingerprint(key, syllables)]
