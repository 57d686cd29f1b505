"""The install signs where reports go. Its key belongs to the operator and does not lie on the server: a demo's does."""

import json
import os
import secrets
import stat
from pathlib import Path

from django.conf import settings

from tincay.core.authorship import base64url, from_base64url
from tincay.core.routing import Routing, read_routing
from tincay.core.sealing import signing_public
from tincay.core.statements import Kind, NotSigned, make_statement
from tincay.directory.routing import RoutingBroken, draft, receiving_by, statement_path
from tincay.web.strict_json import Malformed, RoutingFile, read, signed_json

KEY_HEADER = "tincay-install-key/v1"
KEYS_DIFFER = "its keys are not those that the desks' rows and the log hold"
CLOSES = {
    "origin": "it is of another log than TINCAY_ORIGIN names",
    "chain": KEYS_DIFFER,
    "rows": KEYS_DIFFER,
    "log": KEYS_DIFFER,
}
"""Why no report could be taken with a signed file (RoutingBroken)."""


class CannotUse(ValueError):
    """A routing file that may not take the place of the one in use, and why."""


def make_install_key(path: Path) -> bytes:
    """Make the install's key in a new file that only this user can read. Raises FileExistsError."""
    seed = secrets.token_bytes(32)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w") as file:
        file.write(f"{KEY_HEADER} {base64url(seed)}\n")
    return seed


def read_install_key(path: Path) -> bytes:
    """Raises CannotUse for anything that is not such a file."""
    try:
        header, encoded = path.read_text().split()
        seed = from_base64url(encoded)
    except (OSError, ValueError, NotSigned):
        raise CannotUse("this is no install key") from None
    if header != KEY_HEADER or len(seed) != 32:
        raise CannotUse("this is no install key")
    return seed


def install_seed() -> bytes:
    """The key of a demo, made when it is asked for first. A real install's is never here."""
    path = Path(settings.TINCAY_DATA) / settings.DEMO_KEY_FILE
    return read_install_key(path) if path.exists() else make_install_key(path)


def signed_file(seed: bytes, routing: Routing) -> str:
    """The file that phones trust, as it lies beside the data."""
    statement = make_statement(seed, Kind.ROUTING, routing.document())
    return (
        json.dumps({"install": base64url(signing_public(seed)), "statement": signed_json(*statement)}) + "\n"
    )


def read_file(text: str | bytes) -> tuple[bytes, Routing]:
    """The install's key and the statement of a file, verified. Raises CannotUse."""
    try:
        file = read(RoutingFile, text)
        return file.install, read_routing(file.install, file.statement.statement)
    except (Malformed, NotSigned):
        raise CannotUse("this file is not signed as it has to be") from None


def file_in_use() -> tuple[bytes, Routing] | None:
    """The install's key and the statement that phones get now. Raises CannotUse."""
    path = statement_path()
    try:
        return read_file(path.read_bytes()) if path.exists() else None
    except CannotUse:
        raise CannotUse(f"the file in use is not signed as it has to be: put {path} right first") from None


def use(text: str) -> Routing:
    """Put a signed file in the place where phones get it from. Raises CannotUse: not signed, signed by another key
    than the one in use, not newer, or one with which no report could be taken."""
    key, routing = read_file(text)
    in_use = file_in_use()
    if in_use and key != in_use[0]:
        raise CannotUse("another key signed this: remove the file in use yourself if that is meant")
    if in_use and routing.serial <= in_use[1].serial:
        raise CannotUse("this is not newer than the one in use")
    try:
        receiving_by(text.encode())
    except RoutingBroken as broken:
        raise CannotUse(f"no report could be taken with this file: {CLOSES[broken.reason]}") from None
    path = statement_path()
    fresh = path.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(path)
    return routing


def sign_routing(seed: bytes, *, serial: int) -> Routing:
    """Sign what the rows say now and use it: for a demo, where all is on one machine."""
    return use(signed_file(seed, draft(serial=serial)))
