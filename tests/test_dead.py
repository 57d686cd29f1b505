"""Nothing in the product is there for tests only: each function and class is reached by what the product runs.

Read from the source: what a module names when it is loaded (URLs, settings, tables of verbs), commands, checks and
template tags that a template uses are where the product begins; a name is reached when something that is reached
names it. Methods belong to their class and are not looked at.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
LIBRARIES = {
    "tincay.core.estimate": "has commands of its own; some methods stand there to be compared with",
    "tincay.core.release": "has commands of its own",
    "tincay.core.ledger": "has commands of its own, for those who check a log without the product",
    "tincay.releases": "the store of published numbers; its pages are not there yet (CHANGELOG)",
}
ALLOWED = {
    "tincay.web.postgresql.base.DatabaseWrapper": "settings.DATABASES names its package, and Django knows the rest",
    "tincay.web.sqlite3.base.DatabaseWrapper": "settings.DATABASES names its package, and Django knows the rest",
    "tincay.web.sqlite3.base.DatabaseSchemaEditor": "what it makes tables with",
    "tincay.people.sessions.SessionStore": "settings.SESSION_ENGINE names its module",
    "tincay.core.sealing.stretch_passphrase": "what staff's browsers do: tests/vectors/sealing.json",
    "tincay.core.sealing.same_fingerprint": "what staff's browsers compare: tests/vectors/fingerprints.json",
    "tincay.core.sealing.bundle_identity": "what her browser does: tests/vectors/authorship.json",
    "tincay.core.authorship.follow_receipts": "what staff's browsers do: the same vectors",
    "tincay.core.authorship.succeed": "what they do when a desk gets a new key: the same vectors",
    "tincay.core.sealing.answer_challenge": "what her browser does: the vectors of docs/formats/visit.md",
    "tincay.core.classification.suggest": "what staff's browsers do with the same table",
    "tincay.core.classification.Suggestion": "what it answers",
    "tincay.core.classification.warnings_of": "what staff's browsers do with the other table",
    "tincay.core.classification._chosen": "both ask it",
}
Place = tuple[str, str]
"""A module, and a name in it."""


@dataclass
class Module:
    """One file: what it defines, which names it has from elsewhere, what it names where."""

    name: str
    tree: ast.Module
    defined: dict[str, ast.stmt] = field(default_factory=dict)
    imported: dict[str, Place] = field(default_factory=dict)


def read_modules() -> dict[str, Module]:
    modules = {}
    for path in sorted(ROOT.glob("tincay/**/*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        module = Module(name, ast.parse(path.read_text(encoding="utf-8")))
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                module.defined[node.name] = node
        for inner in ast.walk(module.tree):
            module.imported |= dict(names_from_elsewhere(inner))
        modules[name] = module
    return modules


def names_from_elsewhere(node: ast.AST) -> Iterator[tuple[str, Place]]:
    if isinstance(node, ast.ImportFrom) and node.module:
        for alias in node.names:
            yield alias.asname or alias.name, (node.module, alias.name)
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if alias.asname:
                yield alias.asname, (alias.name.rpartition(".")[0], alias.name.rpartition(".")[2])


def named_in(node: ast.AST, module: Module, modules: dict[str, Module]) -> Iterator[Place]:
    """Every place that a piece of code names: by its name, through a module, or by its dotted path in a text."""
    for inner in ast.walk(node):
        if isinstance(inner, ast.Name):
            yield module.imported.get(inner.id, (module.name, inner.id))
        elif isinstance(inner, ast.Attribute) and isinstance(inner.value, ast.Name):
            above, name = module.imported.get(inner.value.id, ("", ""))
            if f"{above}.{name}" in modules:
                yield f"{above}.{name}", inner.attr
        elif isinstance(inner, ast.Constant) and str(inner.value).startswith("tincay."):
            # The web server below names what it loads as "module:function".
            above, _, name = str(inner.value).replace(":", ".").rpartition(".")
            yield above, name


def beginnings(modules: dict[str, Module], used_tags: set[str]) -> Iterator[Place]:
    for module in modules.values():
        for node in module.tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                if _is_found_by_django(module.name, node, used_tags):
                    yield module.name, node.name
            elif not isinstance(node, ast.Import | ast.ImportFrom):
                yield from named_in(node, module, modules)


def _is_found_by_django(module: str, node: ast.FunctionDef | ast.ClassDef, used_tags: set[str]) -> bool:
    decorated = [ast.unparse(decorator) for decorator in node.decorator_list]
    if any(words.startswith("register.") for words in decorated):
        return bool(
            {node.name, *(n for words in decorated for n in re.findall(r"name='(\w+)'", words))} & used_tags
        )
    if module.endswith(".apps") or ".management.commands." in module or ".migrations." in module:
        return node.name in {"Command", "Migration"} or node.name.endswith("Config")
    return False


def tags_in_templates() -> set[str]:
    """Every tag and filter that a template uses."""
    used: set[str] = set()
    for path in ROOT.glob("tincay/**/templates/**/*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            used |= set(re.findall(r"{%-?\s*(\w+)", text)) | set(re.findall(r"\|\s*(\w+)", text))
    return used


def unreached() -> list[str]:
    modules = read_modules()
    reached: set[Place] = set()
    todo = list(beginnings(modules, tags_in_templates()))
    while todo:
        place = todo.pop()
        module = modules.get(place[0])
        if place in reached or module is None:
            continue
        reached.add(place)
        if place[1] in module.defined:
            todo += named_in(module.defined[place[1]], module, modules)
        elif place[1] in module.imported:
            todo.append(module.imported[place[1]])
    return [
        f"{module.name}.{name}"
        for module in modules.values()
        if not module.name.startswith(tuple(LIBRARIES))
        for name in module.defined
        if (module.name, name) not in reached
    ]


def test_nothing_is_there_for_tests_only() -> None:
    found = set(unreached())
    assert found <= set(ALLOWED), f"wire it or delete it: {sorted(found - set(ALLOWED))}"
    assert set(ALLOWED) <= found, "a reason for something that is reached, or gone"
