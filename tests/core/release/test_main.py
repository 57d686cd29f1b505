"""The command line releases a file, attacks a release, and says in words what is wrong."""

import json
import re
import runpy
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tests.core.release.register import register, silence
from tincay.core import release
from tincay.core.release.__main__ import _progress, main
from tincay.core.release.attacks.findings import Finding
from tincay.core.release.attacks.suite import AttackVerdict
from tincay.core.release.domain import write_domain
from tincay.core.release.publish import measure_and_publish
from tincay.core.release.rows import Rows


@pytest.fixture
def made(tmp_path: Path) -> Path:
    truth = register(1_500).only(["gender", "help", "police", "channel"])
    (tmp_path / "domain.json").write_text(write_domain(truth.domain), "utf-8")
    body = [",".join((*row, str(number // 2))) for number, row in enumerate(truth.texts())]
    header = ",".join((*truth.domain.order, "person"))
    (tmp_path / "reports.csv").write_text("\n".join([header, *body]), "utf-8")
    return tmp_path


def run(folder: Path, *more: str, out: str = "out", rho: str = "0.1") -> int:
    files = [str(folder / "reports.csv"), "--domain", str(folder / "domain.json"), "--out", str(folder / out)]
    return main(["release", *files, "--rho", rho, "--seed", "1", *more])


def quiet(passed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = AttackVerdict((Finding("differencing", "ours", 0.0 if passed else 1.0, 0.5, "cells"),), ())
    monkeypatch.setattr("tincay.core.release.__main__.examine", lambda *_a, **_k: verdict)


@pytest.mark.slow
def test_a_release_is_made_and_survives_its_attacks(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(made) == 0
    printed = capsys.readouterr()
    assert "epsilon 2.15" in printed.err
    assert "GOT THROUGH" not in printed.out
    assert {path.name for path in (made / "out").iterdir()} >= {"tables.csv", "rows.csv", "release.json"}


@pytest.mark.parametrize("passed", [True, False])
def test_a_release_is_attacked_again_also_with_the_true_rows(
    made: Path, passed: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(True, monkeypatch)
    run(made)
    quiet(passed, monkeypatch)
    assert main(["attack", str(made / "out")]) == 1 - passed
    assert "not for publication" not in capsys.readouterr().out
    assert main(["attack", str(made / "out"), "--truth", str(made / "reports.csv")]) == 1 - passed
    assert "not for publication" in capsys.readouterr().out


def test_the_report_never_compares_with_the_true_rows(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []

    def watch(done: object, truth: object = None, **_: object) -> AttackVerdict:
        seen.append(truth)
        return AttackVerdict((), ())

    monkeypatch.setattr("tincay.core.release.__main__.examine", watch)
    assert run(made) == 0
    assert seen == [None]


def test_a_release_that_an_attack_gets_through_is_not_written(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(False, monkeypatch)
    assert run(made) == 1
    assert not (made / "out").exists()
    printed = capsys.readouterr().out
    assert "Nothing was written" in printed
    assert "tables published" not in printed


def test_a_release_whose_own_noise_is_wrong_is_not_written(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(True, monkeypatch)
    monkeypatch.setattr(
        "tincay.core.release.__main__.measure_and_publish", partial(measure_and_publish, noise=silence)
    )
    assert run(made) == 1
    assert "noise of this | this release | 1 | 0 | GOT THROUGH" in capsys.readouterr().out
    assert not (made / "out").exists()


def test_a_published_number_is_never_written_over(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(True, monkeypatch)
    assert run(made) == 0
    first = (made / "out" / "tables.csv").read_bytes()
    assert run(made) == 2
    assert (made / "out" / "tables.csv").read_bytes() == first


def test_people_with_several_rows_are_bounded_and_paid_for(
    made: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quiet(True, monkeypatch)
    assert run(made, "--unit", "person", "--rows-per-person", "2", "--format", "json") == 0
    assert json.loads((made / "out" / "release.json").read_text("utf-8"))["most"] == 2
    assert "person" not in (made / "out" / "rows.json").read_text("utf-8")


def test_the_operator_alone_hears_how_many_rows_a_bound_left_out(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(True, monkeypatch)
    run(made, "--unit", "person", "--rows-per-person", "2")
    assert "left out" not in capsys.readouterr().err
    run(made, "--unit", "person", out="other")
    printed = capsys.readouterr()
    assert "750 rows are left out" in printed.err
    assert "750" not in printed.out
    assert not any("750 rows" in path.read_text("utf-8") for path in (made / "other").iterdir())


def test_true_rows_are_bounded_as_the_measured_ones_were(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(True, monkeypatch)
    run(made, "--unit", "person", "--rows-per-person", "2")
    with (made / "reports.csv").open("a", encoding="utf-8") as file:
        file.write("\n0,0,0,0,7" * 5)
    seen: list[int] = []

    def watch(_done: object, truth: Rows, **_: object) -> AttackVerdict:
        seen.append(len(truth))
        return AttackVerdict((), ())

    monkeypatch.setattr("tincay.core.release.__main__.examine", watch)
    attack = ["attack", str(made / "out"), "--truth", str(made / "reports.csv")]
    assert main(attack) == 2
    assert "--truth needs --unit" in capsys.readouterr().err
    assert main([*attack, "--unit", "person"]) == 0
    assert seen == [1_500]


def test_without_a_seed_one_is_drawn(made: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quiet(True, monkeypatch)
    for name in ("one", "two"):
        files = [str(made / "reports.csv"), "--domain", str(made / "domain.json"), "--out", str(made / name)]
        assert main(["release", *files, "--rho", "0.1"]) == 0
    seeds = {json.loads((made / name / "release.json").read_text("utf-8"))["seed"] for name in ("one", "two")}
    assert len(seeds) == 2


@pytest.mark.parametrize(
    ("more", "says"),
    [
        (["--rows-per-person", "2"], "needs --unit"),
        (["--unit", "name"], "no column 'name'"),
        (["--unit", "gender"], "cannot be a column of the domain"),
        (["--domain", "ctdc-27"], "no column 'CountryOfExploitation'"),
        (["--domain", "nowhere.json"], "nowhere.json: No such file"),
    ],
)
def test_wrong_input_is_told_in_one_line(
    made: Path, more: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(made, *more) == 2
    assert says in capsys.readouterr().err
    assert not (made / "out").exists()


def test_more_rows_than_a_workbook_holds_are_refused_before_anything_is_spent(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tincay.core.release.__main__.MOST_IN_WORKBOOK", 100)
    assert run(made, "--format", "xlsx") == 2
    printed = capsys.readouterr().err
    assert "csv or json" in printed
    assert "spends" not in printed


def test_a_published_file_that_was_edited_is_found(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(True, monkeypatch)
    run(made)
    table = made / "out" / "tables.csv"
    published = table.read_text("utf-8")
    for edited in (published.replace("gender", "Gender", 1), published + "gender", published[:-5]):
        table.write_text(edited, "utf-8")
        assert main(["attack", str(made / "out")]) == 1
        assert "tables.csv: not what release.json gives" in capsys.readouterr().out


def test_a_value_outside_the_code_list_is_named_by_place_and_not_repeated(
    made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (made / "reports.csv").open("a", encoding="utf-8") as file:
        file.write("\n0,0,0,Nguyễn Thị Lan,7")
    assert run(made) == 2
    printed = capsys.readouterr().err
    assert "Line 1502" in printed
    assert "Lan" not in printed


def test_a_file_that_is_not_text_is_told(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made / "reports.csv").write_bytes(b"\xff\xfe\x00")
    assert run(made) == 2
    assert "not UTF-8" in capsys.readouterr().err


@pytest.mark.parametrize("rho", ["0", "1/0"])
def test_a_rho_that_is_no_rho_is_refused(made: Path, rho: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(made, rho=rho)
    assert stopped.value.code == 2
    assert "rho must be positive" in capsys.readouterr().err


def test_a_field_without_end_is_told_in_one_line(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with (made / "reports.csv").open("a", encoding="utf-8") as file:
        file.write('\n"' + "x" * 200_000)
    assert run(made) == 2
    assert "Line 1502: a field has more than 131072 characters" in capsys.readouterr().err


def test_a_release_with_noise_that_cannot_be_is_told_in_one_line(
    made: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    quiet(True, monkeypatch)
    run(made)
    stored = made / "out" / "release.json"
    stored.write_text(re.sub('"variance": [0-9.]+', '"variance": 0', stored.read_text("utf-8")), "utf-8")
    assert main(["attack", str(made / "out")]) == 2
    assert "noise that cannot be" in capsys.readouterr().err


def test_progress_is_shown_to_a_terminal_only(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    _progress("read", 5, 0)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    _progress("read", 5, 0)
    _progress("rake", 1, 8)
    _progress("rake", 8, 8)
    cleared = "\r\x1b[K"
    assert capsys.readouterr().err == f"{cleared}read 5{cleared}rake 1 of 8{cleared}rake 8 of 8{cleared}"


def test_the_module_runs_as_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["tincay", "--help"])
    monkeypatch.delitem(sys.modules, "tincay.core.release.__main__")
    with pytest.raises(SystemExit) as stopped:
        runpy.run_module("tincay.core.release", run_name="__main__")
    assert stopped.value.code == 0


def test_the_folder_runs_under_any_other_package_name(tmp_path: Path) -> None:
    shutil.copytree(Path(release.__file__).parent, tmp_path / "engine")
    command = [sys.executable, "-m", "engine", "attack", "nowhere"]
    stopped = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert stopped.returncode == 2
    assert stopped.stderr.startswith("attack: nowhere/release.json: No such file")
