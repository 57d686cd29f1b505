"""Reads what both languages have to agree on (tests/vectors), and the codes of the country packs that rules name."""

import json
from pathlib import Path
from typing import Any

from tincay.core.codes import CodeLists, read_codes

ROOT = Path(__file__).parents[2]


def read(name: str) -> Any:
    return json.loads((ROOT / "tests/vectors" / name).read_text(encoding="utf-8"))


def pack_codes(pack: str = "vn") -> CodeLists:
    lists = (ROOT / "packs" / pack / "codes").glob("*.csv")
    return read_codes({path.stem: path.read_text(encoding="utf-8") for path in lists})


def why(vector: dict[str, Any]) -> str:
    """A vector's name in a test's output."""
    return str(vector["why"])
