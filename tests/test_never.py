"""The fifteen functions that the product refuses (tests/vectors/never.json), each held by a test that can fail.

Where the refusing feature comes with a later part, the part is named: the day its app exists, this file fails
until the row names the test that holds the refusal.
"""

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.urls import URLResolver, get_resolver

from tests.layers import APPS
from tests.test_architecture import _patterns, columns
from tincay.people.rights import ROLE_RIGHTS
from tincay.web.packs import codes

ROOT = Path(settings.BASE_DIR)
ROWS = {row["id"]: row for row in json.loads((ROOT / "tests/vectors/never.json").read_text(encoding="utf-8"))}


@dataclass(frozen=True)
class Later:
    """The refusal belongs to a feature that is not built: the app that will bring it."""

    app: str
    what: str


HERE = "tests/test_never.py"
HOUSE = "tests/test_architecture.py"
FIELDS = "tests/test_prohibited_fields.py::test_no_field_exists_that_may_not_exist"
HELD: dict[str, list[str | Later]] = {
    "Q-01": [Later("plans", "a target on punished persons cannot be saved")],
    "Q-03": [Later("plans", "a raw case quota cannot be saved")],
    "Q-04": [Later("plans", "penalties after a report are counted with no target")],
    "Q-15": [FIELDS, f"{HERE}::test_nothing_is_called_a_relapse"],
    "W-19": [FIELDS, f"{HERE}::test_there_is_no_way_to_search_for_a_person"],
    "T-22": [f"{HERE}::test_no_shipped_text_threatens_with_a_death_penalty"],
    "P-19": [f"{HERE}::test_no_key_of_the_server_opens_words", f"{HOUSE}::test_no_column_holds_an_address_or_a_device"],
    "P-28": [f"{HERE}::test_nobody_is_rewarded_or_published_for_a_denunciation"],
    "P-34": [FIELDS, f"{HERE}::test_no_command_imports_a_register"],
    "P-37": [FIELDS, f"{HERE}::test_there_is_no_way_to_search_for_a_person"],
    "P-58": [f"{HERE}::test_no_travel_is_recorded"],
    "P-60": [Later("plans", "a growth quota cannot be saved")],
    "P-66": [FIELDS, f"{HERE}::test_no_list_and_no_role_is_about_people_who_sell_or_buy_sex"],
    "P-73": [FIELDS, f"{HERE}::test_no_list_and_no_role_is_about_people_who_sell_or_buy_sex"],
    "P-77": [Later("alerts", "a peer safety group cannot be the subject of an alert")],
}  # fmt: skip


def test_all_fifteen_rows_are_held() -> None:
    assert set(HELD) == set(ROWS)
    assert len(ROWS) == 15


@pytest.mark.parametrize("row", sorted(HELD))
def test_what_holds_a_row_exists(row: str) -> None:
    for holder in HELD[row]:
        if isinstance(holder, Later):
            assert not apps.is_installed(f"tincay.{holder.app}"), (
                f"{row}: tincay.{holder.app} has landed; name the test that shows: {holder.what}"
            )
        else:
            path, _, name = holder.partition("::")
            tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
            assert name in {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}, holder


def shipped_texts() -> list[tuple[Path, str]]:
    places = [
        *ROOT.glob("tincay/**/templates/**/*.html"),
        *ROOT.glob("packs/**/*.toml"),
        *ROOT.glob("packs/**/*.csv"),
        *ROOT.glob("locale/**/*.po"),
    ]
    assert len(places) > 50
    return [(path, path.read_text(encoding="utf-8").lower()) for path in places]


def test_nothing_is_called_a_relapse() -> None:
    for name, _ in columns():
        assert not any(word in name.lower() for word in ("relapse", "repeat", "recidiv", "tai_pham")), name
    for path, text in shipped_texts():
        if path.name != "prohibited_field.csv":
            assert "tái phạm" not in text, path
            assert "hoàn lương" not in text, path


def test_there_is_no_way_to_search_for_a_person() -> None:
    names = [str(getattr(pattern, "name", "")) for pattern in _patterns(get_resolver())]
    routes = list(whole_routes(get_resolver()))
    assert len(routes) > 10
    for word in ("search", "find", "lookup", "profile", "people/", "persons", "watch"):
        assert not [found for found in [*names, *routes] if word in found.lower()], word
    asked = {name: path for path in ROOT.glob("tincay/**/*.py") for name in read_from_the_address(path)}
    assert set(asked) <= ASKED, f"a new question in an address: {asked}"
    for path in ROOT.glob("tincay/**/templates/**/*.html"):
        assert 'type="search"' not in path.read_text(encoding="utf-8"), path


ASKED = {"after", "lists", "still", "to", "why", "xi"}
"""All that a page reads from its address: nothing by which somebody could be looked for."""


def whole_routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    for entry in resolver.url_patterns:
        route = f"{before}{entry.pattern}"
        if isinstance(entry, URLResolver):
            yield from whole_routes(entry, route)
        else:
            yield route


def read_from_the_address(path: Path) -> Iterator[str]:
    """The names in `request.GET["name"]` and `request.GET.get("name")`; "?" for any other use of it."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    above = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "GET":
            match above[node]:
                case ast.Subscript(slice=ast.Constant(name)) | ast.Compare(left=ast.Constant(name)):
                    yield str(name)
                case ast.Attribute(attr="get") as get:
                    call = above[get]
                    first = call.args[0] if isinstance(call, ast.Call) else None
                    yield str(first.value) if isinstance(first, ast.Constant) else "?"
                case _:
                    yield "?"


def test_no_shipped_text_threatens_with_a_death_penalty() -> None:
    for path, text in shipped_texts():
        assert "tử hình" not in text, path
        assert "death penalty" not in text, path


def test_no_key_of_the_server_opens_words() -> None:
    """Nothing that writes or serves calls `open_sealed`, but for what is the server's own or the visitor's."""
    allowed = {
        "tincay/core/sealing.py": "the one door",
        "tincay/people/accounts.py": "second factors, under a key of their own",
        "tincay/visit": "her own words, opened with her own code, in memory, without JavaScript",
        "tincay/intake/plain.py": "the same: is what came a second time under her code what came before?",
        "tincay/intake/seal_later.py": "the same: her keys are wrapped for the team that reads from now on",
    }
    for path in sorted(ROOT.glob("tincay/**/*.py")):
        place = path.relative_to(ROOT).as_posix()
        if any(place.startswith(name) for name in allowed):
            continue
        named = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Name):
                named.add(node.id)
            elif isinstance(node, ast.Attribute):
                named.add(node.attr)
            elif isinstance(node, ast.alias):
                named.add(node.name)
        assert not named & {"open_sealed", "unwrap"}, f"{place}: the server opens nothing"


KNOW_REPORTS = ("reports", "intake", "vault", "desk", "visit", "operations")


def test_nobody_is_rewarded_or_published_for_a_denunciation() -> None:
    """No prize, and no page of the public names a report, a person or a place: only totals and claims are public."""
    assert not [
        name for name, _ in columns() if any(w in name.lower() for w in ("reward", "bounty", "bonus"))
    ]
    for app in ("log", "releases", "estimates"):
        for path in ROOT.glob(f"tincay/{app}/**/*.py"):
            imported = {
                name
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                for name in imported_names(node)
            }
            told = {
                name
                for name in imported
                if name.startswith(
                    ("tincay.reports", "tincay.intake", "tincay.vault", "tincay.desk", "tincay.operations")
                )
            }
            assert not told, f"{path}: what is published knows no report"
    for path, text in shipped_texts():
        assert "tiền thưởng" not in text, path
        assert "treo thưởng" not in text, path


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [str(node.module)]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []


def test_no_command_imports_a_register() -> None:
    commands = {path.stem for path in ROOT.glob("tincay/*/management/commands/*.py")}
    assert "tick" in commands
    for word in ("import", "residence", "hotel", "immigration", "guest", "foreigner"):
        assert not [command for command in commands if word in command], word


def test_no_travel_is_recorded() -> None:
    words = ("travel", "border", "crossing", "passport", "visa", "departure", "flight")
    assert not [name for name, _ in columns() if any(word in name.lower() for word in words)]


def test_no_list_and_no_role_is_about_people_who_sell_or_buy_sex() -> None:
    words = ("sell", "buyer", "prostitut", "sex_work", "mại dâm")
    for role in [*ROLE_RIGHTS, *(code.code for code in codes()["user_role"])]:
        assert not any(word in role for word in words), role
    for code in codes()["focus_conduct"]:
        assert not any(word in code.code for word in words), code.code
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            assert not any(word in model.__name__.lower() for word in words), model
