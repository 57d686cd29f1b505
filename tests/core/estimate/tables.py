"""The published tables and the values that other programs and papers give for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tincay.core.estimate.histories import Table, read_table

VECTORS = Path(__file__).parents[2] / "vectors" / "mse"
REFERENCE: dict[str, Any] = json.loads((VECTORS / "reference.json").read_text(encoding="utf-8"))
NAMES = sorted(REFERENCE["tables"])


def load(name: str) -> Table:
    return read_table((VECTORS / REFERENCE["tables"][name]["file"]).read_text(encoding="utf-8"))


def measured(package: str) -> list[tuple[str, Any]]:
    """(table, values) for every table that the package was run on."""
    tables = REFERENCE["tables"].items()
    return [
        (name, content["measured"][package]) for name, content in tables if package in content["measured"]
    ]


def published(name: str, source: str) -> list[Any]:
    return [claim for claim in REFERENCE["tables"][name]["published"] if claim["source"] == source]
