"""Tests about the codebase: where things are, and what may not appear. Each failure names the file and the cure."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands
from django.db import models
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(settings.BASE_DIR)
PRODUCT = ROOT / "tincay"
LAYERS = [
    "web", "log", "releases", "people", "directory", "vault", "reports", "intake", "estimates", "visit", "desk",
    "operations", "demo",
]  # fmt: skip
APP_FILES = {
    "apps", "models", "actions", "queries", "forms", "views", "urls", "permissions",
    "templates", "management", "migrations", "templatetags", "static", "__init__", "__pycache__",
}  # fmt: skip
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
    "reports.CountRow.codes": "the count class of codes, without a link",
    "estimates.Run.counts": "names of lists, and 2^K - 1 counts of people",
    "estimates.Run.result": "what was worked out from the counts: figures and codes",
    "estimates.Run.made_with": "processor type and versions of packages",
    "estimates.PublishedRun.counts": "names of lists, and 2^K - 1 counts of people",
    "estimates.PublishedRun.result": "what was worked out from the counts: figures and codes",
    "estimates.PublishedRun.made_with": "processor type and versions of packages",
}
LONG = 120
"""Columns longer than this could hold a story."""


def product_files() -> list[Path]:
    return [path for path in sorted(PRODUCT.rglob("*.py")) if "migrations" not in path.parts]


def own_models() -> Iterator[type[models.Model]]:
    for app in LAYERS:
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


def test_apps_have_the_same_files_and_extra_ones_say_what_they_are_for() -> None:
    for app in LAYERS:
        for path in (PRODUCT / app).glob("*.py"):
            if path.stem in APP_FILES:
                continue
            doc = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
            assert len(doc) > 40, f"{path}: say in its first lines what this file is for"


@pytest.mark.parametrize("name", ["utils", "helpers", "common", "base", "services", "managers", "misc"])
def test_no_folder_or_module_without_a_purpose_in_its_name(name: str) -> None:
    assert not list(PRODUCT.rglob(f"{name}.py"))
    assert not [path for path in PRODUCT.rglob(name) if path.is_dir() and "static" not in path.parts]


def test_no_product_file_is_longer_than_500_lines() -> None:
    long = {
        str(p): n for p in product_files() if (n := len(p.read_text(encoding="utf-8").splitlines())) > 500
    }
    assert not long, f"split along ideas: {long}"


def test_only_the_vault_writes_the_vault_and_only_the_log_writes_the_log() -> None:
    for owner in ("vault", "log"):
        names = "|".join(model.__name__ for model in apps.get_app_config(owner).get_models())
        writing = re.compile(
            rf"\b({names})(\(|\.objects\.(create|bulk_create|get_or_create|update_or_create|bulk_update))"
        )
        for path in product_files():
            # core has classes of the same names: a Checkpoint there is a text, not a row.
            if owner in path.parts or "core" in path.parts:
                continue
            code = path.read_text(encoding="utf-8")
            if f"tincay.{owner}.models import" in code:
                assert not writing.search(code), f"{path}: call {owner}.actions instead"


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
            assert target is None or LAYERS.index(target) <= LAYERS.index(app), (
                f"{path}: '{url}' belongs to {target}, above {app}; take the link from urls.py"
            )
        for other in re.findall(r"{%\s*(?:extends|include)\s+['\"](\w+)/", text):
            if other in LAYERS:
                assert LAYERS.index(other) <= LAYERS.index(app), f"{path}: {other} is above {app}"


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _patterns(entry)
        else:
            yield entry


def test_every_setting_and_command_is_documented() -> None:
    text = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
    source = ast.parse((PRODUCT / "settings.py").read_text(encoding="utf-8"))
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
    for folder in ("tincay", "tests", "packs", "client/src"):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in {".py", ".ts", ".toml", ".html"} and path != Path(__file__):
                assert "../shared" not in path.read_text(encoding="utf-8"), path


def test_no_text_names_an_address_of_a_package_registry() -> None:
    registry = re.compile(r"registry\.npmjs|pypi\.org/simple|files\.pythonhosted|deb\.debian")
    for name in ("requirements.txt", "requirements-dev.txt", "client/package-lock.json", "run", ".ci/run"):
        path = ROOT / name
        assert path.exists(), name
        assert not registry.search(path.read_text(encoding="utf-8")), name
