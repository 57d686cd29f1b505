"""The list of what is shipped is that of the lock files, and every package has a licence that somebody can look up."""

import json
import re

from tests.sbom import FILE, ROOT, SAID, document

SPDX = re.compile(r"[A-Za-z0-9.-]+( (AND|OR) [A-Za-z0-9.-]+)*")


def test_the_list_is_what_the_lock_files_say() -> None:
    assert json.loads(FILE.read_text(encoding="utf-8")) == document(), "./run sbom"


def test_no_pinned_package_is_missing() -> None:
    pinned = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    locked = json.loads((ROOT / "client/package.json").read_text(encoding="utf-8"))["dependencies"]
    names = [component["name"] for component in document()["components"]]
    assert len(pinned) > 30
    assert set(pinned) | set(locked) <= set(names)


def test_every_licence_is_named_as_spdx_names_it() -> None:
    for component in document()["components"]:
        [licence] = component["licenses"]
        assert SPDX.fullmatch(licence.get("expression") or licence["license"]["id"]), component["name"]
    assert set(SAID) <= {component["name"] for component in document()["components"]}
