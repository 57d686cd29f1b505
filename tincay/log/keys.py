"""Who signs this log, and who outside has to have seen it: the key file and the install's witnesses."""

import os
import stat
from functools import lru_cache
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from tincay.core.ledger.encoding import decode_base64, encode_base64
from tincay.core.ledger.note import BadVerifierKey, KeyType, Signer, parse_vkey
from tincay.core.ledger.policy import NOBODY, Group, Policy, Witness

KEY_HEADER = "tincay-log-key/v1"
KEY_FILE = "log.key"
QUORUM_GROUP = "witnesses"


class NoLogKey(ImproperlyConfigured):
    """The log exists but its key file is missing or unreadable. Nothing can be accepted."""


def key_path() -> Path:
    return Path(settings.TINCAY_DATA) / KEY_FILE


def write_key(path: Path, seed: bytes) -> None:
    """Write a new key file that only this user can read. Raises FileExistsError; never overwrites a key."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR)
    with os.fdopen(handle, "w") as file:
        file.write(f"{KEY_HEADER} {encode_base64(seed)}\n")
        file.flush()
        os.fsync(file.fileno())


def log_signer() -> Signer:
    """The log's own key under its own name. Raises NoLogKey."""
    return _read_signer(key_path(), settings.TINCAY_ORIGIN)


@lru_cache(maxsize=4)
def _read_signer(path: Path, origin: str) -> Signer:
    try:
        header, encoded = path.read_text().split()
        seed = decode_base64(encoded)
    except (OSError, ValueError):
        raise NoLogKey(f"{path} cannot be read: restore it from its backup") from None
    if header != KEY_HEADER or len(seed) != 32:
        raise NoLogKey(f"{path} is not a key of this version")
    return Signer.from_seed(origin, seed)


def trusted_policy() -> Policy:
    """The log's key, the witnesses of the settings, and how many of them make a checkpoint registered."""
    witnesses = tuple(_read_witness(line) for line in settings.TINCAY_WITNESSES)
    needed = settings.TINCAY_WITNESS_QUORUM
    if not 0 <= needed <= len(witnesses):
        raise ImproperlyConfigured(
            "TINCAY_WITNESS_QUORUM asks for more witnesses than TINCAY_WITNESSES names"
        )
    named = {witness.verifier.name: witness for witness in witnesses}
    if len(named) != len(witnesses):
        raise ImproperlyConfigured("TINCAY_WITNESSES names a witness twice")
    logs = (log_signer().verifier,) if key_path().exists() else ()  # before the first leaf there is no key
    if needed == 0:
        return Policy(logs, named, {}, NOBODY)
    return Policy(logs, named, {QUORUM_GROUP: Group(needed, tuple(named))}, QUORUM_GROUP)


def _read_witness(line: str) -> Witness:
    """`VKEY` or `VKEY ADDRESS`, as `witness.py` prints it."""
    vkey, _, url = line.partition(" ")
    try:
        verifier = parse_vkey(vkey)
    except BadVerifierKey:
        raise ImproperlyConfigured("TINCAY_WITNESSES holds something that is no verifier key") from None
    if verifier.key_type is not KeyType.COSIGNATURE or verifier.name in (NOBODY, QUORUM_GROUP):
        raise ImproperlyConfigured("TINCAY_WITNESSES holds a key that cannot cosign")
    return Witness(verifier, url.strip())


def policy_note() -> str:
    """The policy for everybody to read, signed by the log, so that it cannot say one thing to each."""
    return log_signer().sign(trusted_policy().text())


def needed_witnesses() -> int:
    """How many witnesses must have seen a checkpoint before it is called registered; 0: nobody was asked."""
    return int(settings.TINCAY_WITNESS_QUORUM)
