"""Tests about the codebase: where things are, and what may not appear. Each failure names the file and the cure."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import get_commands
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

from tests.layers import (
    APPS,
    ENTRANCES,
    EXTRA,
    ORDER,
    PRODUCT,
    ROOT,
    Module,
    module_of,
    modules,
    upward_imports,
)

FREE_TEXT = {
    "web.Install.name_vi": "the install's own name",
    "web.Install.name_en": "the install's own name",
    "log.Checkpoint.note": "public text of the log, signed by the server",
    "log.Cosignature.line": "public text of a witness",
    "log.Cosignature.witness": "public name of a witness",
    "reports.Report.promise": "signed by the server: a hash and a week",
    "directory.CalendarVersion.reason": "why the steward changed the calendar; shown in public",
    "directory.Service.name_vi": "about a service, never about a person",
    "directory.Service.name_en": "about a service, never about a person",
    "directory.Service.note_vi": "about a service, never about a person",
    "directory.Service.note_en": "about a service, never about a person",
    "directory.Service.place_vi": "about a service; shelters have none",
    "directory.Service.place_en": "about a service; shelters have none",
    "people.User.password": "Django's salted hash",
    "people.StaffSession.session_data": "Django's signed session of staff: gone with it",
    "people.User.notice_address": "where staff are paged",
    "estimates.Claim.source_vi": "who published a figure",
    "estimates.Claim.source_en": "who published a figure",
    "estimates.Claim.caveat_vi": "about a figure, never about a person; public",
    "estimates.Claim.caveat_en": "about a figure, never about a person; public",
}
JSON_COLUMNS = {
    "people.Organisation.scope": "codes of org_scope",
    "directory.Province.old_codes": "codes of provinces before 2025",
    "directory.Service.kinds": "codes of service_type",
    "releases.Release.findings": "what the attacks found: figures",
    "releases.Release.refusals": "names of columns, and the reason",
    "reports.ConsentGrant.items": "codes that she named",
    "reports.CountEntry.codes": "the same, while it waits",
    "reports.CountRow.codes": "the count class of codes, without a link",
    "estimates.Run.counts": "names of lists, and 2^K - 1 counts of people",
    "estimates.Run.result": "what was worked out from the counts: figures and codes",
    "estimates.Run.made_with": "processor type and versions of packages",
    "estimates.PublishedRun.counts": "names of lists, and 2^K - 1 counts of people",
    "estimates.PublishedRun.result": "what was worked out from the counts: figures and codes",
    "estimates.PublishedRun.made_with": "processor type and versions of packages",
}
ENVIRONMENT = {
    (
        "tincay/operations/serving.py",
        "BESIDE",
    ): "tells the processes that it starts where the other server is",
    ("tincay/wsgi.py", "DJANGO_SETTINGS_MODULE"): "Django's own name for the settings, before they are read",
    ("tincay/__main__.py", "DJANGO_SETTINGS_MODULE"): "the same, for commands",
    ("tincay/demo/management/commands/demo.py", "TINCAY_WITNESS"): "told to the server process, not read",
}
SQL_BY_HAND = {
    "tincay/directory/queries.py": "which calendar is in force: every clock asks, the mapper costs ten times as much",
    "tincay/directory/routing.py": "the keys of desks: every report asks",
    "tincay/reports/queries.py": "whether an envelope came before: every report asks",
    "tincay/intake/tallies.py": "one statement counts, so that two at one moment are two counts",
    "tincay/log/actions.py": "a leaf for every step of every report: the mapper costs ten times the database",
    "tincay/log/queries.py": "proofs read tiles by hand for the same reason; the log names nobody",
    "tincay/log/sequencing.py": "a night's leaves in one statement",
    "tincay/reports/application.py": "one statement counts a step and holds the row",
    "tincay/reports/rewriting.py": "the same values are deleted and inserted, as the database has them",
    "tincay/operations/postgres.py": "asks PostgreSQL for its own settings: no row",
    "tincay/web/process_lock.py": "takes a lock of PostgreSQL: no row",
    "tincay/web/transactions.py": "empties SQLite's write-ahead log",
    "tincay/people/queries.py": "whom a report calls, and whether they wait for another: every report asks",
    "tincay/people/tenancy.py": "inserts rows with one statement prepared for all; refuses raw() and extra()",
}
LONG = 120
"""Columns longer than this could hold a story."""


def product_files() -> list[Path]:
    return [path for path in sorted(PRODUCT.rglob("*.py")) if "migrations" not in path.parts]


def own_models() -> Iterator[type[models.Model]]:
    for app in APPS:
        yield from apps.get_app_config(app).get_models()


def columns() -> Iterator[tuple[str, "models.Field[object, object]"]]:
    for model in own_models():
        for field in model._meta.get_fields():
            if isinstance(field, models.Field):
                yield f"{model._meta.app_label}.{model.__name__}.{field.name}", field


def test_no_column_can_hold_a_story_unless_its_reason_is_written_here() -> None:
    text = {
        name
        for name, field in columns()
        if isinstance(field, models.TextField)
        or (isinstance(field, models.CharField) and (field.max_length or 0) > LONG)
    }
    assert text <= set(FREE_TEXT), f"seal it, or say why it is safe in FREE_TEXT: {text - set(FREE_TEXT)}"
    assert set(FREE_TEXT) <= {name for name, _ in columns()}, "a reason for a column that is gone"


def test_every_json_column_holds_codes_only_and_says_which() -> None:
    found = {name for name, field in columns() if isinstance(field, models.JSONField)}
    assert found == set(JSON_COLUMNS)


def test_no_column_holds_an_address_or_a_device() -> None:
    assert not [n for n, f in columns() if isinstance(f, models.GenericIPAddressField)]
    assert not [
        n for n, _ in columns() if re.search(r"(^|_)(ip|user_agent|device|referr?er)(_|$)", n.split(".")[-1])
    ]


def test_apps_have_the_same_files_and_an_extra_one_says_its_level_and_what_it_is_for() -> None:
    found = {f"{module.app}.{module.name}" for module in modules() if module.name not in {*ORDER, *ENTRANCES}}
    assert not found - set(EXTRA), (
        f"say in tests/layers.py where it stands and why: {sorted(found - set(EXTRA))}"
    )
    assert not set(EXTRA) - found, f"a line for a file that is gone: {sorted(set(EXTRA) - found)}"
    assert {level for level, _ in EXTRA.values()} <= set(ORDER)
    for module in modules():
        if module.name not in {*ORDER, *ENTRANCES}:
            doc = ast.get_docstring(ast.parse(module.path.read_text(encoding="utf-8"))) or ""
            assert len(doc) > 40, f"{module.path}: say in its first lines what this file is for"


def test_inside_an_app_imports_point_down() -> None:
    wrong = [
        f"{module.path.relative_to(ROOT)}:{line}: {module.name} imports {name}, which stands above it"
        for module in modules()
        for line, name in upward_imports(module.path.read_text(encoding="utf-8"), module)
    ]
    cure = f"move what both need down ({' > '.join(ORDER)})"
    assert not wrong, "\n".join([cure, *wrong])


def test_an_import_that_points_up_inside_an_app_is_found_in_every_spelling() -> None:
    queries = module_of(PRODUCT / "vault/queries.py")
    for code in (
        "from tincay.vault.actions import erase",
        "from tincay.vault import actions as vault",
        "import tincay.vault.rekey",
        "def later():\n    from tincay.vault.views import desks",
        "from tincay.vault.permissions import desk_or_404",
    ):
        assert list(upward_imports(code, queries)), code
    for code in ("from tincay.vault.models import Wrap", "from tincay.people.actions import suspend"):
        assert not list(upward_imports(code, queries)), code


def test_apps_import_by_full_name() -> None:
    """A relative import would pass by the order above, and by whoever greps."""
    for module in modules():
        tree = ast.walk(ast.parse(module.path.read_text(encoding="utf-8")))
        assert not [n for n in tree if isinstance(n, ast.ImportFrom) and n.level], module.path


def contract(name: str) -> dict[str, Any]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return next(found for found in settings["tool"]["importlinter"]["contracts"] if found["id"] == name)


def test_no_core_is_forgotten_where_cores_are_held_apart() -> None:
    """All of them by one pattern, and two exceptions that import no other: sets of codes, and letters."""
    apart = contract("cores-apart")
    assert apart["modules"] == ["tincay.core.*"]
    assert apart["ignore_imports"] == [
        "tincay.core.** -> tincay.core.vocabulary",
        "tincay.core.** -> tincay.core.letters",
        "tincay.core.statements -> tincay.core.sealing",
        "tincay.core.authorship -> tincay.core.sealing",
        "tincay.core.authorship -> tincay.core.statements",
        "tincay.core.routing -> tincay.core.statements",
        "tincay.core.routing -> tincay.core.authorship",
        "tincay.core.renewal -> tincay.core.statements",
        "tincay.core.renewal -> tincay.core.authorship",
    ]
    assert not re.search(
        r"import\s+tincay|from\s+tincay", (PRODUCT / "core/letters.py").read_text(encoding="utf-8")
    )
    vocabulary = PRODUCT / "core/vocabulary.py"
    if vocabulary.exists():
        tree = ast.walk(ast.parse(vocabulary.read_text(encoding="utf-8")))
        assert not [node for node in tree if isinstance(node, ast.Import | ast.ImportFrom | ast.FunctionDef)]


def test_the_apps_of_this_test_are_those_of_import_linter() -> None:
    layers = [name for layer in contract("layers")["layers"] for name in layer.split(" | ")]
    assert set(layers) - {"urls", "core"} == set(APPS)
    assert {path.parent.name for path in PRODUCT.glob("*/apps.py")} == set(APPS)
    assert set(contract("demo-alone")["source_modules"]) >= {f"tincay.{app}" for app in APPS if app != "demo"}


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "base", "services", "managers", "misc"])
def test_no_folder_or_module_without_a_purpose_in_its_name(name: str) -> None:
    found = {str(path.relative_to(PRODUCT)) for path in PRODUCT.rglob(f"{name}.py")}
    assert not found - {"web/sqlite3/base.py", "web/postgresql/base.py"}, (
        "only Django names a module so: that of a database engine"
    )
    assert not [path for path in PRODUCT.rglob(name) if path.is_dir() and "static" not in path.parts]


def test_no_product_file_is_longer_than_500_lines() -> None:
    long = {
        str(p): n for p in product_files() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long, f"split along ideas: {long}"


# --- whose rows (people.tenancy holds it while it runs; here is what a run cannot see)


def calls_of(name: str) -> Iterator[tuple[Module, int, str]]:
    """Where the product says `.name(`, and the attribute or name before it."""
    for module in modules():
        for node in ast.walk(ast.parse(module.path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr == name:
                yield module, node.lineno, ast.unparse(node.value)


def test_pages_views_and_forms_never_ask_for_all_rows() -> None:
    wrong = [
        f"{module.path.relative_to(ROOT)}:{line}"
        for module, line, _ in calls_of("for_the_rules")
        if module.level in {"urls", "views", "pages", "forms"} and module.name != "management"
    ]
    assert not wrong, f"say visible_to(user), within(…), or ask a query: {wrong}"


def test_accounts_are_asked_for_by_whoever_says_whose() -> None:
    """Django and allauth ask User.objects before anybody is known; the product knows."""
    said = ("for_the_rules", "of_desk", "within", "none")
    for module in modules():
        code = module.path.read_text(encoding="utf-8")
        wrong = re.search(
            rf"\bUser\.objects\b(?!\s*\.({'|'.join(said)})\()|_or_404\(User\b(?!\.)|get_user_model", code
        )
        assert wrong is None, f"{module.path}: {wrong and wrong[0]}: say one of {said}"


def test_rows_of_other_packages_are_asked_for_in_people_only() -> None:
    """Their sets are not guarded, and a second factor or a session leads to a user."""
    rows = re.compile(r"from (allauth|django\.contrib)\.[\w.]*models import (?!AbstractBaseUser)")
    for path in product_files():
        assert "people" in path.parts or not rows.search(path.read_text(encoding="utf-8")), path


def test_a_day_of_now_is_a_day_of_the_country() -> None:
    """`now()` is in UTC: from five in the afternoon there it is tomorrow here. Only core.clock.local_day knows."""
    cut = re.compile(r"\b(?<!localtime\()now(\(\))?( [-+] timedelta\([^()]*\)\))?\.date\(\)")
    assert all(cut.search(f"day = {one}") for one in ("now.date()", "(now() - timedelta(days=1)).date()"))
    for path in (*product_files(), *sorted((ROOT / "bench").glob("*.py"))):
        wrong = cut.search(path.read_text(encoding="utf-8"))
        assert wrong is None, f"{path}: {wrong and wrong[0]}: ask local_day"


@pytest.mark.parametrize("verb", ["cursor", "RawSQL", "raw", "extra"])
def test_sql_by_hand_is_where_its_reason_is(verb: str) -> None:
    """Nothing guards it."""
    for path in product_files():
        if re.search(rf"\b{verb}\(", path.read_text(encoding="utf-8")):
            assert str(path.relative_to(ROOT)) in SQL_BY_HAND, f"{path}: {verb}"


def test_templates_lean_down() -> None:
    names: dict[str, str] = {}
    for pattern in _patterns(get_resolver()):
        module = getattr(pattern.callback, "__module__", "")
        match = re.match(r"tincay\.(\w+)", module)
        if pattern.name and match:
            names.setdefault(pattern.name, match[1])
    for path in sorted(PRODUCT.rglob("templates/**/*.html")):
        app = path.relative_to(PRODUCT).parts[0]
        text = path.read_text(encoding="utf-8")
        for url in re.findall(r"{%\s*url\s+['\"]([\w:-]+)['\"]", text):
            target = names.get(url)
            assert target is None or APPS.index(target) <= APPS.index(app), (
                f"{path}: '{url}' belongs to {target}, above {app}; take the link from urls.py"
            )
        for other in re.findall(r"{%\s*(?:extends|include)\s+['\"](\w+)/", text):
            if other in APPS:
                assert APPS.index(other) <= APPS.index(app), f"{path}: {other} is above {app}"


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def test_every_setting_and_command_is_documented() -> None:
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    source = ast.parse((PRODUCT / "environment.py").read_text(encoding="utf-8"))
    environment = next(n for n in source.body if isinstance(n, ast.ClassDef) and n.name == "Environment")
    fields = [
        n.target.id
        for n in environment.body
        if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)
    ]
    assert len(fields) > 10
    for field in fields:
        assert f"`TINCAY_{field.upper()}`" in text, f"docs/operating.md: TINCAY_{field.upper()}"
    own = [name for name, app in get_commands().items() if isinstance(app, str) and app.startswith("tincay")]
    assert own
    for command in own:
        assert f"`{command}" in text or f"{command}`" in text, f"docs/operating.md: the command {command}"


def test_nothing_shipped_or_tested_reads_the_folder_beside_the_project() -> None:
    for folder in ("tincay", "tests", "bench", "packs", "client/src"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".ts", ".toml", ".html"} and path != Path(__file__):
                assert "../shared" not in path.read_text(encoding="utf-8"), path


def test_no_text_names_an_address_of_a_package_registry() -> None:
    registry = re.compile(r"registry\.npmjs|pypi\.org/simple|files\.pythonhosted|deb\.debian")
    for name in ("requirements.txt", "requirements-dev.txt", "client/package-lock.json", "run", ".ci/run"):
        path = ROOT / name
        assert path.exists(), name
        assert not registry.search(path.read_text(encoding="utf-8")), name


def test_the_environment_is_read_in_one_file_only() -> None:
    """Every variable is a field of Environment: typed, refused when wrong, documented (the test above)."""
    asked = re.compile(r"\benviron\b|\bgetenv\b")
    for path in product_files():
        name = str(path.relative_to(ROOT))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if asked.search(line.split("#")[0]) and name != "tincay/environment.py":
                allowed = any(name == file and word in line for file, word in ENVIRONMENT)
                assert allowed, f"{name}:{number}: make it a field of Environment in environment.py"


def test_files_that_docstrings_and_comments_name_exist() -> None:
    for path in product_files():
        for named in re.findall(r"\b(?:tests|docs|client|packs|witness|bench)/[\w./-]+\.\w+", _prose(path)):
            assert (ROOT / named).exists(), f"{path}: {named} is not there"


def _prose(path: Path) -> str:
    """Docstrings and comments."""
    code = path.read_text(encoding="utf-8")
    with_docs = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docs = [ast.get_docstring(n) or "" for n in ast.walk(ast.parse(code)) if isinstance(n, with_docs)]
    strings = [
        str(n.value.value)
        for n in ast.walk(ast.parse(code))
        if isinstance(n, ast.Expr) and isinstance(n.value, ast.Constant)
    ]
    return "\n".join([*docs, *strings, *re.findall(r"#.*", code)])
