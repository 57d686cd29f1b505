"""Bytes from outside never do more than be refused: every parser, any text, and all that once went wrong.

`tests/vectors/ledger/found/` holds one file for each input that ever broke a parser; its name begins with
the parser's. A new one is added by hand, with its reason, and stays for good.
"""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import example, given, seed, settings
from hypothesis import strategies as some

from tests.core.ledger.logs import log_of
from tincay.core.ledger.audit import audit
from tincay.core.ledger.checkpoint import parse_checkpoint
from tincay.core.ledger.encoding import decode_json
from tincay.core.ledger.evidence import open_policy, verify_evidence
from tincay.core.ledger.leaf import open_leaf
from tincay.core.ledger.note import parse_note, parse_vkey
from tincay.core.ledger.policy import parse_policy
from tincay.core.ledger.promise import parse_promise
from tincay.core.ledger.proof import parse_proof
from tincay.core.ledger.tiles import parse_bundle, parse_tile_path

FOUND = Path(__file__).parents[2] / "vectors" / "ledger" / "found"
LOG = log_of(5)
PARSERS: dict[str, tuple[Callable[[str], object], str]] = {
    "note": (parse_note, LOG.note()),
    "vkey": (parse_vkey, LOG.signer.verifier.vkey),
    "checkpoint": (parse_checkpoint, parse_note(LOG.note()).text),
    "policy": (parse_policy, LOG.policy.text()),
    "policy-note": (open_policy, LOG.policy_note),
    "proof": (parse_proof, LOG.proof(3).text),
    "evidence": (verify_evidence, LOG.evidence(3)),
    "opening": (open_leaf, LOG.openings[0]),
    "promise": (parse_promise, parse_note(LOG.promise(2)).text),
    "tile-path": (parse_tile_path, "0/x001/234.p/12"),
    "json": (decode_json, '{"a":"b","c":1}'),
}
READ_BACK = {"note", "proof"}


def feed(parser: str, text: str) -> None:
    """Parse, and accept nothing but a result or a ValueError; what is read is written back the same."""
    parse, _ = PARSERS[parser]
    try:
        result = parse(text)
    except ValueError:
        return
    if parser in READ_BACK:
        assert getattr(result, "text", None) == text or str(result) == text


@pytest.mark.parametrize("parser", PARSERS)
def test_the_seed_of_each_parser_is_accepted(parser: str) -> None:
    parse, text = PARSERS[parser]
    parse(text)


@pytest.mark.slow
@pytest.mark.parametrize("parser", PARSERS)
@seed(20260630)
@settings(max_examples=150)
@given(data=some.data())
def test_no_text_breaks_a_parser(parser: str, data: some.DataObject) -> None:
    _, good = PARSERS[parser]
    start = data.draw(some.integers(0, len(good)))
    end = data.draw(some.integers(start, len(good)))
    middle = data.draw(
        some.one_of(some.text(max_size=12), some.sampled_from(["\n", "\n\n", " ", "=", "0", "—", good]))
    )
    feed(parser, data.draw(some.one_of(some.just(good[:start] + middle + good[end:]), some.text())))


@seed(20260630)
@given(some.binary(max_size=300))
@example(b"\x00")
def test_no_bytes_break_a_bundle(data: bytes) -> None:
    try:
        entries = parse_bundle(data)
    except ValueError:
        return
    assert sum(len(entry) + 2 for entry in entries) == len(data)


@seed(20260630)
@given(some.data())
def test_no_copy_of_a_log_breaks_the_audit(data: some.DataObject) -> None:
    files = LOG.files([(2, 1)])
    path = data.draw(some.sampled_from(sorted(files)))
    files[path] = data.draw(some.binary(max_size=200))
    with pytest.raises(ValueError):  # noqa: PT011
        audit(files)


@pytest.mark.parametrize("path", sorted(FOUND.iterdir()), ids=lambda path: path.name)
def test_what_once_broke_a_parser_is_refused(path: Path) -> None:
    parser = path.name.split(".")[0]
    with pytest.raises(ValueError):  # noqa: PT011
        PARSERS[parser][0](path.read_bytes().decode())
