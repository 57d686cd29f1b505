"""The command line, the methods by name, and the answers as JSON."""

from __future__ import annotations

import json
import pickle
import runpy
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tincay.core.estimate import answers, methods
from tincay.core.estimate.__main__ import main
from tincay.core.estimate.answers import CAUTIONS, REASONS, Caution, MethodAnswer, NoEstimate, finite
from tincay.core.estimate.histories import Table, write_table
from tincay.core.estimate.latent import SamplerSettings, latent
from tincay.core.estimate.methods import METHODS, Settings, ask, ask_all

from .tables import VECTORS, load

UK = str(VECTORS / "uk_5list.csv")
KOREA = str(VECTORS / "korea_3list.csv")


SHORT = SamplerSettings(chains=4, burn_in=1_000, kept=2_500, compiled=False)
DRAWN: dict[str, MethodAnswer] = {}
"""What the same table with the same seed was answered: drawn once for all tests here."""


@pytest.fixture(autouse=True)
def _short_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    def drawn_once(table: Table, seed: int) -> MethodAnswer:
        key = f"{seed}\n{write_table(table)}"
        if key not in DRAWN:
            DRAWN[key] = latent(table, sampler=SHORT, seed=seed)
        return DRAWN[key]

    monkeypatch.setattr(methods, "latent", drawn_once)


def run(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, str]:
    code = main(argv)
    return code, capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *argv: str) -> tuple[int, dict[str, Any]]:
    code, out = run(capsys, "--replicates", "200", *argv, "--format", "json")
    return code, json.loads(out)


def test_a_file_of_people_becomes_counts_that_can_be_sent(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    file.write_text("A,B\n1,0\n1,1\n1,0\n", encoding="utf-8")
    assert run(capsys, str(file), "--format", "counts") == (0, "A,B,count\n1,0,2\n0,1,0\n1,1,1\n")


KEYS = {"method", "estimate", "lower", "upper", "level", "warnings", "refusal", "details"}


@pytest.mark.parametrize("method", METHODS)
def test_every_method_answers_or_refuses_in_the_same_shape(
    method: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, content = as_json(capsys, KOREA, "--method", method)
    assert set(content) == KEYS
    assert content["method"] == method
    assert (code == 3) == (content["refusal"] is not None) == (content["estimate"] is None)
    assert (content["refusal"] is not None) == (method == "chapman")


def test_the_estimate_on_the_command_line_is_the_published_one(capsys: pytest.CaptureFixture[str]) -> None:
    code, content = as_json(capsys, UK, "--method", "stepwise")
    assert code == 0
    assert content["estimate"] == pytest.approx(11312.9902894352, rel=1e-6)


def test_all_methods_give_a_range_and_no_single_number(capsys: pytest.CaptureFixture[str]) -> None:
    code, content = as_json(capsys, KOREA, "--replicates", "2000")
    assert code == 0
    assert content["estimate"] is None
    assert content["lower"] < 157 < content["upper"]
    assert [answer["method"] for answer in content["answers"]] == list(METHODS)


def test_behind_a_shut_gate_only_the_bounds_speak(capsys: pytest.CaptureFixture[str]) -> None:
    code, content = as_json(capsys, str(VECTORS / "western_us_5list.csv"))
    assert code == 3
    assert content["refusal"]["reason"] == "too_thin"
    assert [answer["method"] for answer in content["answers"]] == ["chao", "chapman"]
    assert content["answers"][0]["estimate"] > 2000


def test_a_model_of_a_thin_table_is_said_to_be_thin(capsys: pytest.CaptureFixture[str]) -> None:
    _, content = as_json(capsys, str(VECTORS / "western_us_5list.csv"), "--method", "stepwise")
    assert "too_thin" in [warning["code"] for warning in content["warnings"]]


def test_a_table_that_all_models_refuse_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    everybody = tmp_path / "table.csv"
    everybody.write_text("A,B,C,count\n1,0,0,40\n1,1,0,50\n1,0,1,30\n1,1,1,20\n", encoding="utf-8")
    code, content = as_json(capsys, str(everybody))
    assert code == 3
    assert content["refusal"]["reason"] == "no_model"


@pytest.mark.parametrize(("text", "code"), [("A,B,count\n1,0,0\n", 3), ("A,A\n", 2)])
def test_empty_and_broken_tables_are_refused_with_their_reason(
    text: str, code: int, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    file.write_text(text, encoding="utf-8")
    content, values = as_json(capsys, str(file))
    assert content == code
    assert values["refusal"]["reason"] == {3: "no_cases", 2: "bad_table"}[code]


@pytest.mark.parametrize("content", [None, b"\xff\xfe\xff"])
def test_a_file_that_cannot_be_read_is_named(
    content: bytes | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "table.csv"
    if content is not None:
        file.write_bytes(content)
    assert main([str(file)]) == 2
    assert "cannot read" in capsys.readouterr().err


def test_text_says_what_the_numbers_are_worth(capsys: pytest.CaptureFixture[str]) -> None:
    code, out = run(capsys, KOREA, "--replicates", "2000")
    assert code == 0
    assert "3 lists, 123 people seen" in out
    assert "all: consistent with" in out
    assert "bic: about 157 (95% interval" in out
    assert "at least" in out
    assert "chapman: no estimate. This method needs exactly 2 lists" in out


def test_an_open_range_says_at_least(capsys: pytest.CaptureFixture[str]) -> None:
    """100 replicates carry no limit: from the people seen upward, and no upper end."""
    _, out = run(capsys, KOREA, "--replicates", "100")
    assert "all: at least 123; no upper limit is known" in out


def test_a_refusal_at_the_gate_names_the_rule(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    rows = "1,0,0,9000\n0,1,0,9000\n0,0,1,9000\n1,1,0,400\n0,1,1,400\n"
    file.write_text("A,B,C,count\n" + rows, encoding="utf-8")
    assert "97.1% of the people were seen only once" in run(capsys, str(file))[1]


def test_text_of_a_broken_table_has_its_problem(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "table.csv"
    file.write_text("", encoding="utf-8")
    assert run(capsys, str(file))[1] == "all: no estimate. The table cannot be read: the file is empty.\n"


def test_missing_limits_are_not_made_up(capsys: pytest.CaptureFixture[str]) -> None:
    _, out = run(capsys, str(VECTORS / "western_us_5list.csv"), "--method", "stepwise", "--replicates", "300")
    assert "interval not known to" in out


@pytest.mark.parametrize(
    "argv", [["x.csv", "--replicates", "0"], ["x.csv", "--seed", "-1"], ["x.csv", "--method", "guess"], []]
)
def test_a_wrong_command_is_explained(argv: Sequence[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(argv)
    assert "usage" in capsys.readouterr().err


def test_the_folder_runs_as_a_command_without_django() -> None:
    code = "import sys, runpy; sys.argv = ['x', sys.argv[1], '--method', 'chao']\n"
    code += "try: runpy.run_module('tincay.core.estimate', run_name='__main__')\n"
    code += "except SystemExit as end: print(end.code, 'django' in sys.modules, 'numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code, UK], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1].startswith("0 False")


def test_the_folder_runs_under_any_other_package_name(tmp_path: Path) -> None:
    shutil.copytree(Path(answers.__file__).parent, tmp_path / "engine")
    command = [sys.executable, "-m", "engine", KOREA, "--method", "chao"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=tmp_path)
    assert done.stdout.startswith("3 lists, 123 people seen")


def test_the_same_seed_repeats_a_run_and_zero_is_a_seed(capsys: pytest.CaptureFixture[str]) -> None:
    runs = [as_json(capsys, KOREA, "--method", "stepwise", "--seed", seed)[1] for seed in ("0", "0", "3")]
    assert runs[0] == runs[1]
    assert runs[0]["details"]["limits"] != runs[2]["details"]["limits"]


def test_the_exit_code_of_the_command_is_the_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tincay.core.estimate.__main__")
    monkeypatch.setattr(sys, "argv", ["estimate", UK, "--method", "chapman"])
    with pytest.raises(SystemExit) as end:
        runpy.run_module("tincay.core.estimate", run_name="__main__")
    assert end.value.code == 3


def test_settings_without_replicates_take_each_methods_own(monkeypatch: pytest.MonkeyPatch) -> None:
    replicates_of: dict[str, int] = {}

    def remember(name: str) -> Any:
        def method(table: object, *, replicates: int, seed: int, workers: int) -> MethodAnswer:
            replicates_of[name] = replicates
            return MethodAnswer(name, 1.0)

        return method

    monkeypatch.setattr(methods, "stepwise", remember("stepwise"))
    monkeypatch.setattr(methods, "by_bic", remember("bic"))
    for name in ("stepwise", "bic"):
        ask(name, load("korea_3list"), Settings())
    assert replicates_of == {"stepwise": 20_000, "bic": 2_000}


def test_an_unknown_method_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        ask("guess", load("korea_3list"), Settings())


def test_a_table_without_people_has_no_gate() -> None:
    gate, all_answers = ask_all(load("korea_3list").within("b").keep(["c"]).keep(["c"]), Settings())
    assert gate is not None
    assert all(answer.refusal for answer in all_answers)


@pytest.mark.parametrize("code", REASONS)
def test_every_reason_is_a_sentence(code: str) -> None:
    fields = {name: 1.0 for _, name, _, _ in __import__("string").Formatter().parse(REASONS[code]) if name}
    text = str(NoEstimate(code, **fields))
    assert text.endswith((".", "."))
    assert "{" not in text


@pytest.mark.parametrize("code", CAUTIONS)
def test_every_caution_is_a_sentence(code: str) -> None:
    fields = {name: 1.0 for _, name, _, _ in __import__("string").Formatter().parse(CAUTIONS[code]) if name}
    assert Caution(code, fields).text.endswith(".")


def test_a_refusal_survives_the_way_back_from_a_worker() -> None:
    sent = pickle.loads(pickle.dumps(NoEstimate("too_thin", repeats=7)))
    assert (sent.reason, sent.values, str(sent)) == (
        "too_thin",
        {"repeats": 7},
        str(NoEstimate("too_thin", repeats=7)),
    )


def test_answers_as_json_hold_no_infinity() -> None:
    assert finite(float("inf")) is finite(float("nan")) is finite(None) is None
    assert finite(3) == 3.0
    assert MethodAnswer("x", float("inf")).as_json()["estimate"] is None


def test_every_code_that_is_used_is_written_down() -> None:
    """No code without its sentence, no sentence without its use."""
    folder = Path(answers.__file__).parent
    source = "".join(
        path.read_text(encoding="utf-8") for path in folder.glob("*.py") if path.name != "answers.py"
    )
    for code in (*REASONS, *CAUTIONS):
        assert f'"{code}"' in source, f"{code} is never said"
