"""What both languages must agree on stands once: the client's copy is generated, and the documents say the same."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from tests import client_types
from tincay.web.json_views import LONGEST, STATUS

ROOT = Path(settings.BASE_DIR)
OF_THE_CLIENT = {
    "broken", "check_digits", "check_things", "child", "empty", "fingerprint", "fingerprint_missing", "forged",
    "length_digits", "length_things", "locked", "mentions", "mismatch", "network", "official", "other", "page",
    "signed_out", "swapped",
    "unsupported", "weak", "word", "words", "wrong",
}  # fmt: skip
"""Errors that the browser finds by itself."""


@pytest.mark.parametrize(
    ("path", "written"),
    [(client_types.TYPES, client_types.types), (client_types.WORD_LISTS, client_types.word_lists)],
    ids=["types", "word lists"],
)
def test_what_the_client_is_given_is_what_python_says(path: Path, written: Callable[[], str]) -> None:
    assert path.read_text(encoding="utf-8") == written(), "./run generate, then cd client && npm run build"


def test_the_documents_name_every_error_with_its_status() -> None:
    documents = [ROOT / "docs/formats" / name for name in ("seal.md", "visit.md", "rewrap.md", "opened.md")]
    text = "".join(document.read_text(encoding="utf-8") for document in documents)
    in_tables = re.findall(r"\| `(\w+)` \| (\d{3}) \|", text)
    in_sentences = re.findall(r"`(\w+)` \((\d{3})\)", text)
    assert {code: int(status) for code, status in [*in_tables, *in_sentences]} == STATUS


def test_the_documents_name_the_longest_envelope() -> None:
    assert f"{LONGEST:,}" in (ROOT / "docs/formats/seal.md").read_text(encoding="utf-8")


def test_every_error_that_a_page_has_words_for_can_happen() -> None:
    known = {*client_types.ERRORS, *OF_THE_CLIENT}
    for path in sorted((ROOT / "tincay").rglob("templates/**/*.html")):
        said = re.findall(r'data-error="(\w+)"', path.read_text(encoding="utf-8"))
        assert set(said) <= known, f"{path}: words for an error that nothing answers"
