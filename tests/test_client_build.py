"""The built client that is committed: whole, small, made from this source, and asking for nothing foreign."""

import gzip
import hashlib
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.patience import PATIENCE
from tincay.web.packs import word_list_file

ROOT = Path(__file__).resolve().parents[1]
BUILT = ROOT / "tincay/web/static/client"
WORD_LISTS: dict[str, str] = json.loads((ROOT / "client/word-lists.json").read_text(encoding="utf-8"))
SCRIPTS = [
    "curves.js",
    "desk.js",
    "keyring.js",
    "later.js",
    "leave.js",
    "reporter.js",
    "sign-in.js",
    "tell.js",
    "verify.js",
]
COMPRESSED = (".br", ".gz")


def sums(folder: Path) -> dict[str, str]:
    files = (file for file in folder.iterdir() if file.suffix in {".js", ".txt", *COMPRESSED})
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files}


def held_by(folder: Path) -> dict[str, bytes]:
    """What is the same on every machine: not the bytes of compressed copies, and so not their sums."""
    files = {str(file.relative_to(folder)): file for file in folder.rglob("*") if file.is_file()}
    held = {name: b"" if file.suffix in COMPRESSED else file.read_bytes() for name, file in files.items()}
    lines = held["SHA256SUMS"].splitlines(keepends=True)
    held["SHA256SUMS"] = b"".join(line for line in lines if not line.decode().rstrip().endswith(COMPRESSED))
    return held


def packed(*names: str) -> int:
    return sum((BUILT / f"{name}.gz").stat().st_size for name in names)


def test_every_built_file_is_the_one_that_was_summed() -> None:
    stated = dict(line.split("  ")[::-1] for line in (BUILT / "SHA256SUMS").read_text().splitlines())
    assert stated == sums(BUILT)
    copies = {name + ending for name in SCRIPTS for ending in COMPRESSED}
    assert set(stated) == {*SCRIPTS, *copies, *WORD_LISTS, "licences.txt"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_is_sent_compressed_is_the_same_script(name: str) -> None:
    assert gzip.decompress((BUILT / f"{name}.gz").read_bytes()) == (BUILT / name).read_bytes()


@pytest.mark.client
def test_what_is_sent_as_brotli_is_the_same_script() -> None:
    """Python has no brotli of its own; Node has."""
    for name in SCRIPTS:
        unpack = "process.stdout.write(zlib.brotliDecompressSync(fs.readFileSync(process.argv[1])))"
        done = subprocess.run(
            ["node", "-e", unpack, BUILT / f"{name}.br"], check=True, timeout=PATIENCE, stdout=subprocess.PIPE
        )
        assert done.stdout == (BUILT / name).read_bytes(), name


def test_what_others_made_travels_with_its_notice() -> None:
    """MIT and BSD ask that every copy carries the notice: each package that the lock file names for shipping."""
    notices = (BUILT / "licences.txt").read_text(encoding="utf-8")
    packages = json.loads((ROOT / "client/package.json").read_text(encoding="utf-8"))["dependencies"]
    for name, version in packages.items():
        if name in notices:
            assert f"{name} {version}\n" in notices
    made_of_others = [
        name
        for name in SCRIPTS
        if (BUILT / name).read_text(encoding="utf-8").startswith("/*! licences.txt */")
    ]
    assert set(made_of_others) == set(SCRIPTS) - {"later.js", "leave.js"}
    assert notices.count("Copyright") >= 4
    assert "age-encryption 0." in notices


@pytest.mark.client
def test_building_again_gives_the_same_bytes(tmp_path: Path) -> None:
    """`./run client` and `./run test` run it. Without Node or the packages it fails: nothing else sees a difference."""
    assert shutil.which("node"), "no Node: ./run client finds one"
    assert (ROOT / "client/node_modules/esbuild").exists(), "cd client && npm ci"
    subprocess.run(
        ["node", "build.mjs"],
        cwd=ROOT / "client",
        check=True,
        timeout=PATIENCE,
        env=os.environ | {"TINCAY_CLIENT_OUT": str(tmp_path)},
    )
    built, committed = held_by(tmp_path), held_by(BUILT)
    differ = {name for name in built | committed if built.get(name) != committed.get(name)}
    assert not differ, "cd client && npm run build, and commit what it writes"


@pytest.mark.parametrize(("name", "source"), WORD_LISTS.items())
def test_the_words_that_phones_load_are_the_words_of_the_pack(name: str, source: str) -> None:
    assert (BUILT / name).read_bytes() == (ROOT / source).read_bytes()


def test_the_words_of_the_country_are_among_them() -> None:
    assert word_list_file(settings.TINCAY_PACK) in WORD_LISTS


def test_her_phone_and_the_desk_load_little() -> None:
    assert packed("reporter.js") <= 28 * 1024
    assert packed("later.js") <= 12 * 1024
    assert packed("tell.js") <= 25 * 1024
    assert packed("desk.js", "keyring.js") <= 33 * 1024
    assert packed("sign-in.js") <= 4 * 1024
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
