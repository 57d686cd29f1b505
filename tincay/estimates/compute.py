"""How a run is worked out: how hard, with which code, and how a repeated run is compared. Touches no row."""

import json
import platform
from collections.abc import Iterator
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from math import isclose
from pathlib import Path
from typing import Any, NamedTuple

from tincay import __version__
from tincay.core import estimate
from tincay.core.estimate.checks import Effort, diagnose
from tincay.core.estimate.histories import Table
from tincay.core.estimate.latent import SamplerSettings

EFFORTS = {
    "look": Effort(
        stepwise=1_000, bic=1_000, trials=200, sampler=SamplerSettings(chains=4, burn_in=2_000, kept=6_000)
    ),
    "publish": Effort(stepwise=20_000, bic=20_000),
}
"""A first look takes seconds; what is published needs 20,000 replicates and long chains."""
NEARLY = 1e-9


def effort(code: str, seed: int) -> Effort:
    chosen = EFFORTS[code]
    return Effort(chosen.stepwise, chosen.bic, chosen.trials, chosen.sampler, seed)


def work_out(table: Table, code: str, seed: int) -> dict[str, Any]:
    """Every screen for a table, as plain JSON values. Raises core's NoEstimate for an empty table."""
    result: dict[str, Any] = json.loads(
        json.dumps(diagnose(table, effort(code, seed)).as_json(), allow_nan=False)
    )
    return result


def digest(result: dict[str, Any], salt: str) -> str:
    """SHA-256 over the salt, a line end and the result: it follows from the counts, and would give them back."""
    return sha256(f"{salt}\n{_plain(result)}".encode()).hexdigest()


def _plain(result: dict[str, Any]) -> str:
    return json.dumps(result, sort_keys=True, separators=(",", ":"))


@lru_cache
def code_version() -> str:
    """The product's version and a hash over the code that estimates, so that any change of it shows."""
    folder = Path(str(estimate.__file__)).parent
    whole = sha256()
    for path in sorted(folder.glob("*.py")):
        whole.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{__version__}+{whole.hexdigest()[:12]}"


def made_with() -> dict[str, str]:
    """What a bit-for-bit repeat needs to be the same: the processor type and the numerical packages."""
    return {"machine": platform.machine(), "python": platform.python_version(), **dict(_packages())}


def _packages() -> Iterator[tuple[str, str]]:
    for name in ("numpy", "scipy", "numba"):
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, ""


class Compared(NamedTuple):
    """A run and its repeat: the same bits, or the same to 1e-9, or where they first differ."""

    identical: bool
    near: bool
    first_difference: str


def compare(kept: dict[str, Any], again: dict[str, Any]) -> Compared:
    if _plain(kept) == _plain(again):
        return Compared(True, True, "")
    apart = next(_differences(kept, again, ""), "")
    return Compared(False, not apart, apart)


def _differences(first: Any, second: Any, where: str) -> Iterator[str]:
    if isinstance(first, dict) and isinstance(second, dict) and first.keys() == second.keys():
        for key in first:
            yield from _differences(first[key], second[key], f"{where}.{key}")
    elif isinstance(first, list) and isinstance(second, list) and len(first) == len(second):
        for place, (left, right) in enumerate(zip(first, second, strict=True)):
            yield from _differences(left, right, f"{where}[{place}]")
    elif isinstance(first, float) and isinstance(second, float):
        if not isclose(first, second, rel_tol=NEARLY):
            yield where
    elif first != second:
        yield where
