"""What is shipped and what is built into it, as CycloneDX 1.6: from the two lock files. `./run sbom` writes it."""

import base64
import json
import re
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tincay import __version__

ROOT = Path(__file__).resolve().parent.parent
FILE = ROOT / "docs/sbom.json"
PINNED = re.compile(r"^([\w.-]+)==([\w.]+)(?: ; ([^\\\n]+?))? *\\?$", re.M)
SAID = {
    "colorama": "BSD-3-Clause",
    "django-csp": "BSD-3-Clause",
    "fido2": "BSD-2-Clause",
    "pyrage": "MIT",
    "python-dateutil": "Apache-2.0 OR BSD-3-Clause",
    "qrcode": "BSD-3-Clause",
    "scipy": "BSD-3-Clause",
    "segno": "BSD-3-Clause",
    "sqlparse": "BSD-3-Clause",
    "tzdata": "Apache-2.0",
}
"""Licences that a package's own data does not name as SPDX does, or of packages for another system: read by hand."""


def document() -> dict[str, Any]:
    """The whole of it. Raises KeyError for a package whose licence nobody has read."""
    return {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application", "bom-ref": "tincay", "name": "tincay", "version": __version__,
                "licenses": [{"license": {"id": "AGPL-3.0-or-later"}}],
            }
        },
        "components": sorted([*_python(), *_client()], key=lambda one: str(one["bom-ref"])),
    }  # fmt: skip


def _python() -> Iterator[dict[str, Any]]:
    """What an install has, by its pinned requirements; with the condition where only some systems have it."""
    for name, version, condition in PINNED.findall((ROOT / "requirements.txt").read_text()):
        component = _component("pypi", name, version, _licence(name))
        yield component | (
            {"properties": [{"name": "python:marker", "value": condition}]} if condition else {}
        )


def _client() -> Iterator[dict[str, Any]]:
    """What is built into the browser's scripts; what only builds them is not shipped."""
    locked = json.loads((ROOT / "client/package-lock.json").read_text())["packages"]
    for path, package in locked.items():
        if path and not package.get("dev"):
            algorithm, _, encoded = package["integrity"].partition("-")
            name = path.rpartition("node_modules/")[2]
            yield _component("npm", name, package["version"], package["license"]) | {
                "hashes": [
                    {"alg": algorithm.replace("sha", "SHA-"), "content": base64.b64decode(encoded).hex()}
                ]
            }


def _component(kind: str, name: str, version: str, licence: str) -> dict[str, Any]:
    purl = f"pkg:{kind}/{quote(name)}@{version}"
    said = {"expression": licence} if " " in licence else {"license": {"id": licence}}
    return {
        "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl, "licenses": [said]
    }  # fmt: skip


def _licence(name: str) -> str:
    if name in SAID:
        return SAID[name]
    told = metadata.metadata(name)
    return str(told["License-Expression" if "License-Expression" in told else "License"])


def write() -> None:
    FILE.write_text(json.dumps(document(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    write()
