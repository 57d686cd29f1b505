"""A witness: it remembers the last checkpoint of a log and signs the next only if nothing was taken out.

One file for another organisation to run on its own machine, with its own folder and key. It needs Python
3.11 and the package `cryptography`, and imports nothing from the log that it watches: what the log's own
code gets wrong, this does not repeat. It speaks C2SP tlog-witness (`add-checkpoint`) and keeps no
addresses, no times of callers and nothing but checkpoints.

    python witness.py init FOLDER --name witness.example/w1     prints the line that the log needs
    python witness.py trust FOLDER 'THE LOG'S VERIFIER KEY'
    python witness.py serve FOLDER --host 127.0.0.1 --port 8765
"""

import argparse
import base64
import fcntl
import hashlib
import os
import re
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

NOTE_KEY, COSIGNATURE_KEY = b"\x01", b"\x04"
EMPTY_ROOT = hashlib.sha256(b"").digest()
LIMIT = 64 * 1024
LONGEST_PROOF = 63
NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


class Refused(Exception):
    """Why a checkpoint is not signed: the HTTP status, and the body of the answer."""

    def __init__(self, status: int, body: str = "", kind: str = "text/plain; charset=utf-8") -> None:
        super().__init__(status)
        self.status, self.body, self.kind = status, body, kind


class Request(NamedTuple):
    """An `add-checkpoint` request, read but not believed."""

    old: int
    proof: list[bytes]
    origin: str
    size: int
    root: bytes
    text: str
    signatures: list[tuple[str, bytes]]


def read_base64(text: str) -> bytes:
    raw = base64.b64decode(text.encode("ascii"), validate=True)
    if base64.b64encode(raw).decode() != text:
        raise ValueError("not canonical base64")
    return raw


def read_number(text: str) -> int:
    if not NUMBER.fullmatch(text):
        raise ValueError("not a number")
    return int(text)


def read_hash(text: str) -> bytes:
    raw = read_base64(text)
    if len(raw) != 32:
        raise ValueError("not a hash")
    return raw


def read_request(body: bytes) -> Request:
    """Split a request into its parts. Raises ValueError."""
    text = body.decode()
    if any(letter < " " and letter != "\n" for letter in text):
        raise ValueError("a control character")
    head, _, note = text.partition("\n\n")
    old_line, *hashes = head.split("\n")
    if not old_line.startswith("old ") or len(hashes) > LONGEST_PROOF:
        raise ValueError("not a request")
    signed, _, lines = note.rpartition("\n\n")
    origin, size, root, *_ = signed.split("\n")
    if not origin or not lines.endswith("\n") or "" in signed.split("\n"):
        raise ValueError("not a checkpoint")
    signatures = [read_signature(line) for line in lines[:-1].split("\n")]
    old, proof = read_number(old_line[4:]), [read_hash(one) for one in hashes]
    return Request(old, proof, origin, read_number(size), read_hash(root), f"{signed}\n", signatures)


def read_signature(line: str) -> tuple[str, bytes]:
    dash, name, encoded = line.split(" ")
    raw = read_base64(encoded)
    if dash != "—" or not name or len(raw) < 5:
        raise ValueError("not a signature line")
    return name, raw


def key_id(name: str, kind: bytes, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + kind + public).digest()[:4]


def read_vkey(text: str, kind: bytes) -> tuple[str, bytes]:
    """Name and public key of a verifier key line. Raises ValueError."""
    name, short, encoded = text.split("+", 2)
    raw = read_base64(encoded)
    if not name or len(raw) != 33 or raw[:1] != kind or key_id(name, kind, raw[1:]).hex() != short:
        raise ValueError("not a verifier key")
    return name, raw[1:]


def hash_pair(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def continues(old: int, new: int, old_root: bytes, new_root: bytes, proof: list[bytes]) -> bool:
    """Whether a tree of `new` leaves begins with the tree of `old` leaves (RFC 6962, section 2.1.2)."""
    if old == 0:
        return not proof
    left = list(proof)
    try:
        roots = both_roots(old, new, old_root, left, whole=True)
    except IndexError:
        return False
    return not left and roots == (old_root, new_root)


def both_roots(
    old: int, new: int, old_root: bytes, proof: list[bytes], *, whole: bool
) -> tuple[bytes, bytes]:
    """Both roots as the proof gives them, from its end, as SUBPROOF is defined. Raises IndexError."""
    if old == new:
        node = old_root if whole else proof.pop()
        return node, node
    split = 1 << ((new - 1).bit_length() - 1)
    sibling = proof.pop()
    if old <= split:
        before, after = both_roots(old, split, old_root, proof, whole=whole)
        return before, hash_pair(after, sibling)
    before, after = both_roots(old - split, new - split, old_root, proof, whole=False)
    return hash_pair(sibling, before), hash_pair(sibling, after)


def write_safely(path: Path, content: str, *, mode: int = 0o644) -> None:
    """The whole file or the old one, on the disk before this returns."""
    fresh = path.with_suffix(".new")
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    fresh.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)


class Witness:
    """The folder of one witness: its key, the logs it trusts, and the last checkpoint of each."""

    def __init__(self, folder: Path, *, demo_offset: int = 0) -> None:
        name, encoded = (folder / "witness.key").read_text(encoding="utf-8").split()
        self.folder, self.name, self.demo_offset = folder, name, demo_offset
        self.key = Ed25519PrivateKey.from_private_bytes(read_base64(encoded))
        self.lock = threading.Lock()

    @property
    def vkey(self) -> str:
        public = self.key.public_key().public_bytes_raw()
        short = key_id(self.name, COSIGNATURE_KEY, public).hex()
        return f"{self.name}+{short}+{base64.b64encode(COSIGNATURE_KEY + public).decode()}"

    def log_folder(self, origin: str) -> Path:
        return self.folder / hashlib.sha256(origin.encode()).hexdigest()

    def trust(self, vkey: str) -> None:
        """Watch the log with this key from now on. A log may have several keys."""
        origin, _ = read_vkey(vkey, NOTE_KEY)
        folder = self.log_folder(origin)
        folder.mkdir(exist_ok=True)
        write_safely(folder / "keys", "".join(f"{key}\n" for key in {*self.keys(origin), vkey}))

    def keys(self, origin: str) -> list[str]:
        path = self.log_folder(origin) / "keys"
        return path.read_text(encoding="utf-8").split() if path.exists() else []

    def add_checkpoint(self, body: bytes) -> str:
        """Check, remember, and only then sign: our signature line. Raises Refused."""
        try:
            request = read_request(body)
        except ValueError:
            raise Refused(400) from None
        signed = self.check_signed(request)
        with self.lock:
            self.check_growth(request)
            line = self.cosign(request.text)
            write_safely(self.log_folder(request.origin) / "checkpoint", f"{request.text}\n{signed}{line}")
        return line

    def check_signed(self, request: Request) -> str:
        """The signature lines of the log's own keys. Raises Refused when there is none, or one is wrong."""
        keys = [read_vkey(vkey, NOTE_KEY) for vkey in self.keys(request.origin)]
        if not keys:
            raise Refused(404)
        lines = ""
        for name, raw in request.signatures:
            for known, public in keys:
                if (name, raw[:4]) == (known, key_id(known, NOTE_KEY, public)):
                    self.verify(public, raw[4:], request.text)
                    lines += f"— {name} {base64.b64encode(raw).decode()}\n"
        if not lines:
            raise Refused(403)
        return lines

    def verify(self, public: bytes, signature: bytes, text: str) -> None:
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, text.encode())
        except InvalidSignature:
            raise Refused(403) from None

    def check_growth(self, request: Request) -> None:
        """Raise Refused unless the checkpoint continues the one that we signed last."""
        if request.old > request.size:
            raise Refused(400)
        size, root = self.last_seen(request.origin)
        if request.old != size:
            raise Refused(409, f"{size}\n", "text/x.tlog.size")
        if request.size == 0 and request.root != EMPTY_ROOT:
            raise Refused(422)
        if not continues(size, request.size, root, request.root, request.proof):
            raise Refused(422)

    def last_seen(self, origin: str) -> tuple[int, bytes]:
        path = self.log_folder(origin) / "checkpoint"
        if not path.exists():
            return 0, EMPTY_ROOT
        _, size, root, *_ = path.read_text(encoding="utf-8").split("\n")
        return read_number(size), read_hash(root)

    def cosign(self, text: str) -> str:
        now = int(time.time()) + self.demo_offset
        signature = self.key.sign(f"cosignature/v1\ntime {now}\n{text}".encode())
        short = key_id(self.name, COSIGNATURE_KEY, self.key.public_key().public_bytes_raw())
        return f"— {self.name} {base64.b64encode(short + now.to_bytes(8, 'big') + signature).decode()}\n"


class Handler(BaseHTTPRequestHandler):
    """Two addresses: POST /add-checkpoint, and GET /<origin hash>/checkpoint for whoever wants to compare."""

    protocol_version = "HTTP/1.1"
    server_version = "witness"
    sys_version = ""
    timeout = 30
    witness: Witness

    def do_POST(self) -> None:
        try:
            if self.path != "/add-checkpoint":
                raise Refused(404)
            self.answer(200, self.witness.add_checkpoint(self.body()))
        except Refused as refused:
            self.close_connection = True
            self.answer(refused.status, refused.body, refused.kind)

    def do_GET(self) -> None:
        found = re.fullmatch(r"/([0-9a-f]{64})/checkpoint", self.path)
        path = self.witness.folder / (found[1] if found else "none") / "checkpoint"
        if path.exists():
            self.answer(200, path.read_text(encoding="utf-8"))
        else:
            self.answer(404)

    def body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not NUMBER.fullmatch(length) or int(length) > LIMIT:
            raise Refused(400)
        return self.rfile.read(int(length))

    def answer(self, status: int, body: str = "", kind: str = "text/plain; charset=utf-8") -> None:
        content = body.encode()
        self.send_response_only(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing is written down about who asked, or when."""


class Server(ThreadingHTTPServer):
    """The standard one prints the caller's address when a connection breaks."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Nothing is written down about who asked, or when."""


def create(folder: Path, name: str) -> Witness:
    """A new witness in a new folder. Never overwrites a key."""
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise SystemExit("a name has no spaces and no plus")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if (folder / "witness.key").exists():
        raise SystemExit("there is a witness in this folder already")
    seed = base64.b64encode(os.urandom(32)).decode()
    write_safely(folder / "witness.key", f"{name} {seed}\n", mode=0o600)
    return Witness(folder)


def serve(witness: Witness, host: str, port: int) -> None:
    """Answer until stopped. Only one process may serve a folder, or two answers could contradict."""
    with (witness.folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise SystemExit("another process serves this folder") from None
        handler = type("BoundHandler", (Handler,), {"witness": witness})
        with Server((host, port), handler) as server:
            print(f"http://{host}:{server.server_address[1]}", flush=True)  # noqa: T201
            server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("command", choices=("init", "key", "trust", "serve"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("vkey", nargs="?", help="trust: the verifier key of the log")
    parser.add_argument("--name", help="init: the name to sign under, such as witness.example/w1")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8765, help="0 takes a free one and prints it")
    parser.add_argument("--demo-offset", type=int, default=0, help="seconds added to the clock, for demos")
    asked = parser.parse_args()
    if asked.command == "init":
        print(create(asked.folder, asked.name or "").vkey)  # noqa: T201
        return
    witness = Witness(asked.folder, demo_offset=asked.demo_offset)
    if asked.command == "key":
        print(witness.vkey)  # noqa: T201
    elif asked.command == "trust":
        witness.trust(asked.vkey or "")
    else:
        serve(witness, asked.host, asked.port)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(0)
    except (OSError, ValueError) as wrong:
        sys.exit(f"witness: {wrong}")
