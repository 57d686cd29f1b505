"""Somebody who writes to the database, and to nothing else: plain SQL, and what follows from public formats and keys.

Nothing of the product is imported here (tests/tampering/test_table.py looks): no code, no keys. Whoever knows the
formats of docs/formats and reads public keys in the rows can do all of it.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import pyrage
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

LIE = "QZVX đừng đến nữa"
"""What he would like to be read."""
DATABASE = "tincay.sqlite3"
STEP = 4096
"""Words are filled up to a multiple of so many bytes (docs/formats/seal.md)."""

OF_REPORT = "(SELECT id FROM reports_report WHERE code_name = ?)"
COMPARTMENT = f"(SELECT id FROM vault_compartment WHERE owner = {OF_REPORT} AND kind = ? AND current)"


class Attacker:
    """His connection to the database of a copy; each statement is kept at once."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / DATABASE

    def run(self, sql: str, *values: Any) -> int:
        """How many rows it changed: an attack that changed nothing would prove nothing."""
        with closing(sqlite3.connect(self.path)) as database, database:
            changed = database.execute(sql, values).rowcount
        assert changed, sql
        return changed

    def ask(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as database:
            return database.execute(sql, values).fetchall()

    def one(self, sql: str, *values: Any) -> Any:
        """The first column of the only row."""
        [(value,)] = self.ask(sql, *values)
        return value

    def set_back(self, older: Path, *tables: str) -> None:
        """Put what an older copy of the database has in place of what these tables hold."""
        with closing(sqlite3.connect(self.path)) as database:
            database.execute("ATTACH ? AS older", [str(older / DATABASE)])
            with database:
                for table in tables:
                    database.execute(f"DELETE FROM main.{table}")
                    database.execute(f"INSERT INTO main.{table} SELECT * FROM older.{table}")

    # --- what everybody can make who reads public keys

    def sealed_to(self, name: str, kind: str, document: object) -> bytes:
        """A document, closed for whom the compartment of a report is."""
        sql = f"SELECT recipient FROM vault_compartment WHERE id = {COMPARTMENT}"
        return seal(document, self.one(sql, name, kind))

    def add_text(self, name: str, kind: str, sealed: bytes, *, place: int = 99) -> str:
        """Sealed words in a compartment of a report; their id."""
        number = uuid4().hex
        self.run(
            "INSERT INTO vault_sealedtext (id, place, sealed, sealed_by, compartment_id) "
            f"VALUES (?, ?, ?, 'browser', {COMPARTMENT})",
            number, place, sealed, name, kind,
        )  # fmt: skip
        return number

    def add_message(self, name: str, sealed: bytes, **columns: Any) -> None:
        """A message in rows as the product writes them: as the desk's last one, but for what is given."""
        [(number, posted_at)] = self.ask(
            "SELECT number, posted_at FROM reports_message "
            f"WHERE report_id = {OF_REPORT} AND NOT from_reporter ORDER BY place DESC LIMIT 1",
            name,
        )
        told = {
            "id": uuid4().hex, "place": 99, "key": new_key(), "from_reporter": False, "kind": "message",
            "number": number, "posted_at": posted_at, "text_id": self.add_text(name, "thread", sealed),
            "report_id": self.report(name),
        } | columns  # fmt: skip
        places = ", ".join("?" * len(told))
        self.run(f"INSERT INTO reports_message ({', '.join(told)}) VALUES ({places})", *told.values())

    def add_grant(self, name: str, scope: str, **columns: Any) -> None:
        """A yes that she never gave, in a row as the product writes them."""
        told = {
            "id": uuid4().hex, "number": 9, "scope": scope, "receiver": "", "items": "[]", "given": True,
            "day": "2026-06-30", "document": b"{}", "signature": b"\0", "mark": b"", "method": "web_choice",
            "signer": "receipt", "report_id": self.report(name),
        } | columns  # fmt: skip
        places = ", ".join("?" * len(told))
        self.run(f"INSERT INTO reports_consentgrant ({', '.join(told)}) VALUES ({places})", *told.values())

    def report(self, name: str) -> str:
        """The id of a report by its code name."""
        return str(self.one("SELECT id FROM reports_report WHERE code_name = ?", name))

    def write_step(self, name: str, number: int, day: str, kind: str, *, signed: bool, **facts: str) -> None:
        """A step of a report as the product writes it, in the place of the one with this number: a leaf by the
        public rules, its opening sealed to both sides. The log's signature he has not: his own, or none."""
        [(record, thread, receipt, desk)] = self.ask(
            "SELECT r.id, r.thread, r.receipt, d.code FROM reports_report r "
            "JOIN people_desk d ON d.id = r.desk_id WHERE r.code_name = ?",
            name,
        )
        told = {**facts, "kind": kind, "day": day, "desk": desk, "n": number, "record": record}
        data, opening = leaf_of(spelled(told))
        document, signature = own_key().signed("opening", opening)
        step = (
            {"opening": document.decode(), "signature": base64url(signature), "v": 1} if signed else opening
        )
        self.run(
            "INSERT INTO log_queued (id, data, kind, day) VALUES (?, ?, ?, ?)", uuid4().hex, data, kind, day
        )
        self.run(
            "INSERT INTO vault_opening (id, owner, number, for_thread, for_receipt) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (owner, number) DO UPDATE "
            "SET for_thread = excluded.for_thread, for_receipt = excluded.for_receipt",
            uuid4().hex, record, number, age(thread, spelled(step)), age(receipt, spelled(step)),
        )  # fmt: skip
        self.run("UPDATE reports_report SET steps = max(steps, ?) WHERE id = ?", number, record)

    def append_leaf(self, kind: str, facts: dict[str, str | int], day: str) -> None:
        """A leaf by the public rules, with its opening in clear: it waits for tonight like any other."""
        data, opening = leaf_of(spelled({**facts, "kind": kind, "day": day}))
        self.run(
            "INSERT INTO log_queued (id, data, kind, day) VALUES (?, ?, ?, ?)", uuid4().hex, data, kind, day
        )
        self.run("INSERT INTO log_clearopening (kind, opening) VALUES (?, ?)", kind, spelled(opening))


def leaf_of(event: bytes) -> tuple[bytes, dict[str, Any]]:
    """The 33 bytes of a leaf, and its opening."""
    nonce = secrets.token_bytes(32)
    data = b"\x01" + hmac.digest(nonce, event, "sha256")
    return data, {"event": event.decode(), "nonce": base64.b64encode(nonce).decode(), "v": 1}


def spelled(members: dict[str, Any]) -> bytes:
    """JSON in the one spelling of the log and of statements."""
    return json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal(document: object, recipient: str) -> bytes:
    """A short document as phones seal it: its length, the text, zeros up to the next step; one age file."""
    plain = json.dumps(document, ensure_ascii=False).encode()
    return age(recipient, (len(plain).to_bytes(4) + plain).ljust(STEP, b"\0"))


def age(recipient: str, plain: bytes) -> bytes:
    """An age v1 file of one chunk, with one X25519 stanza (age-encryption.org/v1): libraries add others."""
    to, mine, file_key = point(recipient), X25519PrivateKey.generate(), secrets.token_bytes(16)
    share = mine.public_key().public_bytes_raw()
    shared = mine.exchange(X25519PublicKey.from_public_bytes(to))
    wrapped = chacha(derived(shared, b"age-encryption.org/v1/X25519", share + to), file_key)
    header = b"age-encryption.org/v1\n-> X25519 %s\n%s\n---" % (unpadded(share), unpadded(wrapped))
    mac = hmac.digest(derived(file_key, b"header"), header, "sha256")
    nonce = secrets.token_bytes(16)
    body = chacha(derived(file_key, b"payload", nonce), plain, last=1)
    return header + b" " + unpadded(mac) + b"\n" + nonce + body


def point(recipient: str) -> bytes:
    """The 32 bytes in an age recipient or identity (bech32; who copies it from a row need not check it)."""
    number = 0
    for letter in recipient.lower().rpartition("1")[2][:-6]:
        number = number << 5 | "qpzry9x8gf2tvdw0s3jn54khce6mua7l".index(letter)
    return (number >> 4).to_bytes(32)


def derived(secret: bytes, info: bytes, salt: bytes | None = None) -> bytes:
    return HKDF(SHA256(), 32, salt, info).derive(secret)


def chacha(key: bytes, plain: bytes, *, last: int = 0) -> bytes:
    return ChaCha20Poly1305(key).encrypt(bytes(11) + bytes([last]), plain, None)


def unpadded(raw: bytes) -> bytes:
    return base64.b64encode(raw).rstrip(b"=")


def new_key() -> str:
    return base64url(secrets.token_bytes(16))


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def digest(sealed: bytes) -> str:
    return hashlib.sha256(sealed).hexdigest()


class OwnKey(NamedTuple):
    """A pair of his own: what opens, and what signs."""

    recipient: str
    signer: Ed25519PrivateKey
    secret: str = ""

    @property
    def signing(self) -> bytes:
        return self.signer.public_key().public_bytes_raw()

    def signed(self, kind: str, document: dict[str, Any]) -> tuple[bytes, bytes]:
        """A statement with every byte right but the key."""
        text = spelled(document)
        return text, self.signer.sign(f"tincay/{kind}/v1\0".encode() + text)


def own_key() -> OwnKey:
    return OwnKey(str(pyrage.x25519.Identity.generate().to_public()), Ed25519PrivateKey.generate())


def own_desk_key() -> OwnKey:
    """A key as a desk has it: what signs follows from what opens (docs/formats/words.md)."""
    identity = pyrage.x25519.Identity.generate()
    seed = derived(point(str(identity)), b"tincay/desk/sign")
    return OwnKey(str(identity.to_public()), Ed25519PrivateKey.from_private_bytes(seed), str(identity))


DESK_ID = "(SELECT id FROM people_desk WHERE code = ?)"


def give_desk_key(attacker: Attacker, desk: str, username: str, key: OwnKey, *, vouched: bool = True) -> None:
    """A key of his, sealed to a member as a desk's is; the key itself may say that the member is one."""
    [(user, member)] = attacker.ask("SELECT id, recipient FROM people_user WHERE username = ?", username)
    said = {"desk": desk, "of": key.recipient, "recipient": member, "v": 1}
    document, signature = key.signed("member", said) if vouched else (b"", b"")
    attacker.run(
        'INSERT INTO vault_deskwrap (desk_id, user_id, "of", recipient, sealed, voucher, signature) '
        f"VALUES ({DESK_ID}, ?, ?, ?, ?, ?, ?)",
        desk, user, key.recipient, member, age(member, key.secret.encode()), document, signature,
    )  # fmt: skip


def begin_renewal(attacker: Attacker, desk: str, key: OwnKey, day: str) -> None:
    """The rows of a renewal to a key of his, with its leaf: the key signs itself."""
    facts: dict[str, str | int]
    facts = {"desk": desk, "number": 2, "recipient": key.recipient, "signing": base64url(key.signing)}
    document, signature = key.signed("desk-key", {**facts, "v": 1})
    attacker.run(
        "INSERT INTO people_deskkey (desk_id, number, recipient, signing, document, signature) "
        f"VALUES ({DESK_ID}, 2, ?, ?, ?, ?)",
        desk, key.recipient, key.signing, document, signature,
    )  # fmt: skip
    attacker.run(
        "UPDATE people_desk SET recipient = ?, signing = ? WHERE code = ?", key.recipient, key.signing, desk
    )
    attacker.append_leaf("key_changed", facts, day)


def reply_of(signer: OwnKey, **said: Any) -> dict[str, Any]:
    """A reply that he signed himself."""
    document, signature = signer.signed(
        "reply", {**said, "signing": base64url(signer.signing), "v": 1, "words": LIE}
    )
    return {"v": 1, "reply": document.decode(), "signature": base64url(signature)}


def swap_desk_key(attacker: Attacker, desk: str, day: str, mine: OwnKey | None = None) -> None:
    """A desk's key replaced in every row that names it, with a leaf as a renewal has one."""
    mine = mine or own_key()
    number = attacker.one(
        "SELECT max(number) FROM people_deskkey WHERE desk_id = (SELECT id FROM people_desk WHERE code = ?)",
        desk,
    )
    facts = {"desk": desk, "number": number, "recipient": mine.recipient, "signing": base64url(mine.signing)}
    attacker.append_leaf("key_changed", facts, day)
    attacker.run(
        "UPDATE people_desk SET recipient = ?, signing = ? WHERE code = ?", mine.recipient, mine.signing, desk
    )
    attacker.run(
        "UPDATE people_deskkey SET recipient = ?, signing = ?, document = ? "
        "WHERE number = ? AND desk_id = (SELECT id FROM people_desk WHERE code = ?)",
        mine.recipient, mine.signing, spelled({**facts, "v": 1}), number, desk,
    )  # fmt: skip


def swap_rows(attacker: Attacker, table: str, key: str, column: str, pair: Sequence[Any]) -> None:
    """Two rows exchange what stands in a column that is unique."""
    old = [attacker.one(f'SELECT {column} FROM {table} WHERE "{key}" = ?', one) for one in pair]
    attacker.run(f'UPDATE {table} SET {column} = ? WHERE "{key}" = ?', b"-", pair[0])
    for one, value in zip(reversed(pair), old, strict=True):
        attacker.run(f'UPDATE {table} SET {column} = ? WHERE "{key}" = ?', value, one)
