"""The built client that is committed: whole, small, made from this source, and asking for nothing foreign."""

import gzip
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "tincay/web/static/client"
SCRIPTS = ["curves.js", "desk.js", "keyring.js", "leave.js", "reporter.js", "verify.js"]


def sums(folder: Path) -> dict[str, str]:
    files = (file for file in folder.iterdir() if file.suffix in {".js", ".txt"})
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def packed(*names: str) -> int:
    return sum(len(gzip.compress((BUILT / name).read_bytes(), 9, mtime=0)) for name in names)


def test_every_built_file_is_the_one_that_was_summed() -> None:
    stated = dict(line.split("  ")[::-1] for line in (BUILT / "SHA256SUMS").read_text().splitlines())
    assert stated == sums(BUILT)
    assert set(stated) == {*SCRIPTS, "words-vn.txt"}


def test_building_again_gives_the_same_bytes_where_node_is_there(tmp_path: Path) -> None:
    if shutil.which("node") is None or not (ROOT / "client/node_modules/esbuild").exists():
        # Without node the sums above are what holds; CI has node.
        assert (BUILT / "SHA256SUMS").exists()
        return
    subprocess.run(
        ["node", "build.mjs"],
        cwd=ROOT / "client",
        check=True,
        timeout=PATIENCE,
        env=os.environ | {"TINCAY_CLIENT_OUT": str(tmp_path)},
    )
    assert sums(tmp_path) == sums(BUILT)


def test_the_words_that_phones_load_are_the_words_of_the_pack() -> None:
    assert (BUILT / "words-vn.txt").read_bytes() == (ROOT / "packs/vn/words.txt").read_bytes()


def test_her_phone_and_the_desk_load_little() -> None:
    assert packed("reporter.js") <= 25 * 1024
    assert packed("desk.js", "keyring.js") <= 32 * 1024
    assert packed("verify.js") <= 20 * 1024


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_evaluates_text_or_keeps_anything_in_storage(name: str) -> None:
    script = (BUILT / name).read_text(encoding="utf-8")
    for word in (
        r"\beval\(",
        r"new Function",
        "WebAssembly",
        "localStorage",
        "sessionStorage",
        "indexedDB",
        "innerHTML",
    ):
        assert not re.search(word, script), word
    assert not re.search(r"https?://", script)


@pytest.mark.parametrize("name", SCRIPTS)
def test_no_script_holds_a_vietnamese_sentence(name: str) -> None:
    script = (BUILT / name).read_text(encoding="utf-8")
    assert not re.search("[ăâđêôơưạảấầậắằặẹẻếềệỉịọỏốồộớờợụủứừựỳỷ]{1}\\w* \\w+", script)


def test_the_lock_file_names_no_host_of_a_registry() -> None:
    assert '"resolved"' not in (ROOT / "client/package-lock.json").read_text()
