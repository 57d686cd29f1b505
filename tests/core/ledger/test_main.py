"""`python -m tincay.core.ledger` answers valid or invalid, and needs neither server nor Django."""

import io
import runpy
import subprocess
import sys
import tarfile
from datetime import date
from pathlib import Path

import pytest

from tests.core.ledger.logs import DAY, NOON, W1, W2, log_of, policy_of
from tests.patience import PATIENCE
from tincay.core.ledger.__main__ import main
from tincay.core.ledger.proof import parse_proof

LOG_OF_20 = log_of(20)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    (tmp_path / "mine.tlog-proof").write_text(LOG_OF_20.evidence(7), newline="\n")
    (tmp_path / "bare.tlog-proof").write_text(LOG_OF_20.proof(7).text, newline="\n")
    (tmp_path / "opening").write_text(LOG_OF_20.openings[7])
    (tmp_path / "promise").write_text(LOG_OF_20.promise(7), newline="\n")
    (tmp_path / "policy").write_text(policy_of(1, W1).text(), newline="\n")
    (tmp_path / "earlier").write_text(LOG_OF_20.note(12), newline="\n")
    write_tar(tmp_path / "log.tar", LOG_OF_20.files([(12, NOON)]))
    return tmp_path


def write_tar(path: Path, files: dict[str, bytes]) -> None:
    with tarfile.open(path, "w") as archive:
        archive.addfile(folder := tarfile.TarInfo("tile"))
        folder.type = tarfile.DIRTYPE
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))


def ask(kept: Path, command: str, *options: str) -> int:
    return main(
        [command, *(str(kept / option) if not option.startswith("--") else option for option in options)]
    )


@pytest.mark.parametrize(
    "command",
    [
        "verify mine.tlog-proof",
        "verify mine.tlog-proof --policy policy",
        "verify mine.tlog-proof --log log.tar",
        "verify mine.tlog-proof --earlier earlier",
        "verify bare.tlog-proof --opening opening --policy policy",
        "promise promise --policy policy",
        "promise promise --log log.tar",
        "audit log.tar",
        "audit log.tar --policy policy --earlier earlier",
    ],
)
def test_what_is_true_is_called_valid(kept: Path, capsys: pytest.CaptureFixture[str], command: str) -> None:
    assert ask(kept, *command.split()) == 0
    assert capsys.readouterr().out.startswith("HỢP LỆ · valid\n")


@pytest.mark.parametrize(
    "command",
    [
        "verify bare.tlog-proof",
        "verify bare.tlog-proof --opening opening",
        "verify promise",
        "promise promise",
        "promise mine.tlog-proof --policy policy",
        "audit promise",
        "audit log.tar --earlier promise",
    ],
)
def test_what_cannot_be_shown_is_called_invalid(
    kept: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    assert ask(kept, *command.split()) == 1
    assert capsys.readouterr().out.startswith("KHÔNG HỢP LỆ · invalid: ")


def test_a_file_that_is_not_there_is_said_to_be_missing(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask(kept, "verify", "nothing") == 2
    assert "nothing" in capsys.readouterr().err


def test_a_back_dated_leaf_is_called_invalid(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = log_of(12)
    note = log.note(time=NOON + 5 * DAY)
    log.add(day=date(2026, 6, 30))
    (kept / "mine.tlog-proof").write_text(log.evidence(12), newline="\n")
    (kept / "earlier").write_text(note, newline="\n")
    assert ask(kept, "verify", "mine.tlog-proof", "--earlier", "earlier") == 1
    assert "later than the day" in capsys.readouterr().out


def test_a_promise_not_due_yet_is_said_to_be_so(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    longer = log_of(21)
    (kept / "promise").write_text(longer.promise(20), newline="\n")
    assert ask(kept, "promise", "promise", "--log", "log.tar") == 0
    assert "not due yet" in capsys.readouterr().out


def test_of_a_log_that_nobody_watches_it_is_said_that_a_promise_cannot_be_judged(
    kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    unwitnessed = log_of(3, policy=policy_of(0), witnesses=())
    write_tar(kept / "log.tar", unwitnessed.files())
    (kept / "promise").write_text(log_of(21).promise(20), newline="\n")
    assert ask(kept, "promise", "promise", "--log", "log.tar") == 0
    assert "cannot be told" in capsys.readouterr().out


def test_a_policy_without_a_log_is_refused(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = (kept / "policy").read_text().splitlines(keepends=True)
    (kept / "policy").write_text("".join(line for line in lines if not line.startswith("log ")))
    assert ask(kept, "promise", "promise", "--policy", "policy") == 1


def test_too_few_witnesses_are_said_aloud(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (kept / "policy").write_text(policy_of(2, W1, W2).text(), newline="\n")
    assert ask(kept, "audit", "log.tar", "--policy", "policy") == 0
    assert "fewer witnesses" in capsys.readouterr().out


def test_nobody_outside_is_said_aloud(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unwitnessed = log_of(3, policy=policy_of(0), witnesses=())
    (kept / "mine.tlog-proof").write_text(unwitnessed.evidence(1), newline="\n")
    assert ask(kept, "verify", "mine.tlog-proof") == 0
    assert "nobody outside has seen it" in capsys.readouterr().out


def test_the_module_runs_as_a_command(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tincay.core.ledger.__main__")
    monkeypatch.setattr(sys, "argv", ["ledger", "verify", str(kept / "mine.tlog-proof")])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("tincay.core.ledger", run_name="__main__")
    assert ended.value.code == 0


def test_it_runs_without_django_and_without_the_network(kept: Path) -> None:
    code = (
        "import sys, socket; socket.socket = None; sys.modules['django'] = None\n"
        "from tincay.core.ledger.__main__ import main; sys.exit(main(sys.argv[1:]))"
    )
    arguments = [sys.executable, "-c", code, "verify", str(kept / "mine.tlog-proof")]
    answer = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=PATIENCE)
    assert answer.returncode == 0, answer.stderr
    assert "valid" in answer.stdout


def test_the_command_line_says_valid_and_after_one_changed_character_invalid(kept: Path) -> None:
    file = kept / "mine.tlog-proof"
    command = [sys.executable, "-m", "tincay.core.ledger", "verify", str(file)]
    assert subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE).returncode == 0
    proof = parse_proof(file.read_text())
    file.write_text(proof.text.replace(f"index {proof.index}", f"index {proof.index + 1}"), newline="\n")
    assert subprocess.run(command, check=False, capture_output=True, timeout=PATIENCE).returncode == 1
