"""Rows are written by the actions of their own app and by nobody else, by whatever verb.

A checker reads the syntax tree of every product file and works out whose rows a set, a row or a related manager
holds: from what is imported from models.py, from annotations, from relations as Django knows them, and from what
was assigned. Each failure names file, line and cure; what may stay has its reason in EXCEPTIONS.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
from django.apps import apps
from django.db import models

from tests.layers import APPS, PRODUCT, ROOT, WRITING, Module, module_of, modules

Rows = type[models.Model]
NO_ROWS: Rows = models.Model
"""What is known to be no row of ours: a class that is no model, a module, another package's row."""
VERBS = {
    "create", "bulk_create", "insert_new", "get_or_create", "update_or_create", "bulk_update", "update", "delete",
    "save", "_raw_delete", "_update", "_insert", "add", "set", "remove", "clear",
}  # fmt: skip
OF_OTHERS = {"add", "set", "remove", "clear", "update"}
"""Verbs that sets and dicts have too: they count where it shows that rows are asked."""
SQL = re.compile(r"\b(INSERT|UPDATE|DELETE|REPLACE|TRUNCATE|TRIGGER)\b")
SAME_ROWS = {
    "list",
    "tuple",
    "set",
    "sorted",
    "reversed",
    "iter",
    "next",
    "enumerate",
    "islice",
    "merge",
    "cast",
}
"""Functions that hand on the rows that they are given."""

EXCEPTIONS = {
    "tincay/web/models.py web.Install": "the install's one row makes itself when it is asked for first",
    "tincay/reports/ending.py ?": "delete_rows is handed rows by the table, whose models have each a line there",
    "tincay/vault/actions.py people.User": "a user's public key is set where the secret half is wrapped",
    "tincay/vault/actions.py people.Desk": "so is a desk's",
    "tincay/vault/actions.py people.DeskKey": "and the row that the key before it signed",
    "tincay/vault/actions.py people.Membership": "who leaves a desk loses seat and wraps at once",
    "tincay/demo/install.py web.Install": "a demo is an install of its own, made by nothing else",
    "tincay/demo/install.py people.User": "the demo's passwords are hashed beforehand: hashing them takes seconds",
    "tincay/demo/management/commands/demo_clock.py web.Install": "only a demo has a clock that moves",
}
"""By file and model."""
BY_NAME = {
    "tincay/reports/ending.py": "its table says for every model of every app what becomes of a report's rows",
    "tincay/people/tenancy.py": "asks each model whether it is public",
}
"""Files that find a model without importing it: this checker cannot see which."""


@cache
def _relations() -> dict[tuple[Rows, str], Rows]:
    """Where each relation of each model leads, in either direction."""
    found: dict[tuple[Rows, str], Rows] = {}
    for app in APPS:
        for model in apps.get_app_config(app).get_models():
            for field in model._meta.get_fields():
                name = getattr(field, "get_accessor_name", lambda field=field: field.name)()
                if field.is_relation and name and isinstance(field.related_model, type):
                    found[model, name] = field.related_model
    return found


@cache
def _by_relation_name() -> dict[str, Rows | None]:
    """What a relation leads to when its owner is not known; None where models of two apps use the name."""
    found: dict[str, Rows | None] = {}
    for (_, name), model in _relations().items():
        other = found.get(name, model)
        found[name] = model if other and other._meta.app_label == model._meta.app_label else None
    return found


@cache
def _models(app: str) -> dict[str, Rows]:
    return {model.__name__: model for model in apps.get_app_config(app).get_models()} if app in APPS else {}


@cache
def _tables() -> dict[str, Rows]:
    return {m._meta.db_table: m for app in APPS for m in apps.get_app_config(app).get_models()}


class Writes(ast.NodeVisitor):
    """Collects what one file writes: line and model; None where it does not show whose row it is."""

    def __init__(self, code: str, app: str = "") -> None:
        self.found: list[tuple[int, Rows | None]] = []
        self._models: dict[str, Rows] = {}
        self._holders: dict[str, str] = {}
        self._plain: set[str] = set()  # classes of ours that are neither a model nor a set
        self._known: list[dict[str, Rows]] = [{}]
        self._tree = ast.parse(code)
        for node in ast.walk(self._tree):
            self._learn_names(node, app)

    def read(self) -> list[tuple[int, Rows | None]]:
        self.visit(self._tree)
        return self.found

    def _learn_names(self, node: ast.AST, app: str) -> None:
        """What the file imports, and the models that it makes itself."""
        if isinstance(node, ast.ClassDef) and app and (model := _models(app).get(node.name)):
            self._models[node.name] = model
        elif isinstance(node, ast.Import | ast.ImportFrom):
            origin = getattr(node, "module", "") or ""
            for alias in node.names:
                name = alias.asname or alias.name
                if (of := re.match(r"tincay\.(\w+)\.models$", origin)) and (
                    model := _models(of[1]).get(alias.name)
                ):
                    self._models[name] = model
                elif alias.name == "models" and (of := re.match(r"tincay\.(\w+)$", origin)):
                    self._holders[name] = of[1]
                elif name[0].isupper() or not re.match(r"tincay\.\w+\.", origin):
                    self._known[0][name] = NO_ROWS  # a class or a module; a function of ours may return rows
                    if re.match(r"tincay\.\w+\.(?!models$)", origin):
                        self._plain.add(name)

    # --- whose rows

    def rows(self, node: ast.AST | None) -> Rows | None:
        """The model of which this expression holds a row, some rows or a set."""
        if isinstance(node, ast.Name):
            return next((scope[node.id] for scope in reversed(self._known) if node.id in scope), None)
        if isinstance(node, ast.Attribute):
            return self._attribute(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Subscript | ast.Starred | ast.Await | ast.NamedExpr):
            return self.rows(node.value)
        if isinstance(node, ast.BoolOp):
            return next((found for value in node.values if (found := self.rows(value))), None)
        if isinstance(node, ast.IfExp):
            return self.rows(node.body) or self.rows(node.orelse)
        if isinstance(node, ast.BinOp):
            return self.rows(node.left) or self.rows(node.right)
        if isinstance(node, ast.ListComp | ast.GeneratorExp | ast.SetComp):
            return self.rows(node.elt)
        if isinstance(node, ast.List | ast.Tuple | ast.Set):
            return next((found for item in node.elts if (found := self.rows(item))), None)
        return None

    def _attribute(self, node: ast.Attribute) -> Rows | None:
        if model := self._model(node.value):
            return model  # Wrap.objects, Wrap._default_manager
        owner = self.rows(node.value)
        if owner is None or owner is NO_ROWS:
            return self._known[0].get(f".{node.attr}") or _by_relation_name().get(node.attr) or owner
        return _relations().get((owner, node.attr), owner)

    def _call(self, node: ast.Call) -> Rows | None:
        if model := self._model(node.func):
            return model
        if isinstance(node.func, ast.Name) and node.func.id in SAME_ROWS:
            return next((found for argument in node.args if (found := self.rows(argument))), None)
        if isinstance(node.func, ast.Attribute):
            owner = self.rows(node.func.value)  # .filter(…), .get(…) and whatever a set of our own adds
            return owner if owner and owner is not NO_ROWS else _returned().get(node.func.attr, owner)
        if isinstance(node.func, ast.Name):
            no_rows = node.func.id[0].isupper() or node.func.id == "super"
            return _returned().get(node.func.id) or (NO_ROWS if no_rows else None)
        return None

    def _model(self, node: ast.AST) -> Rows | None:
        """The model itself: an imported name, or models.Wrap."""
        if isinstance(node, ast.Name):
            return self._models.get(node.id)
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.value, ast.Name)
            and node.value.id in self._holders
        ):
            return _models(self._holders[node.value.id]).get(node.attr)
        return None

    # --- what names hold

    def _learn(self, target: ast.AST, value: Rows | None) -> None:
        if isinstance(target, ast.Name) and value:
            self._known[-1][target.id] = value
        elif isinstance(target, ast.Attribute) and value:
            self._known[0][f".{target.attr}"] = value
        elif isinstance(target, ast.Tuple | ast.List):
            for part in target.elts:
                self._learn(part, value)

    def _annotated(self, node: ast.AST | None) -> Rows | None:
        """`Report`, `Report | None`, `list[Report]`, `"Report"`, `ReportSet`."""
        for part in ast.walk(node) if node else ():
            name = (
                part.id
                if isinstance(part, ast.Name)
                else getattr(part, "attr", "") or getattr(part, "value", "")
            )
            if model := self._models.get(str(name).removesuffix("Set")):
                return model
        return NO_ROWS if isinstance(node, ast.Name) and node.id in self._plain else None

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        self._known.append(
            {one.arg: found for one in arguments if (found := self._annotated(one.annotation))}
        )
        for statement in node.body:
            self.visit(statement)
        self._known.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        self.generic_visit(node)
        for target in node.targets:
            self._learn(target, self.rows(node.value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.generic_visit(node)
        self._learn(node.target, self._annotated(node.annotation) or self.rows(node.value))

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.generic_visit(node)
        self._learn(node.target, self.rows(node.value))

    def visit_For(self, node: ast.For) -> None:
        self._learn(node.target, self.rows(node.iter))
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        self._learn(node.target, self.rows(node.iter))
        self.generic_visit(node)

    def _visit_comprehension_first(
        self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
    ) -> None:
        for part in node.generators:
            self.visit(part)
        self.generic_visit(node)

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = _visit_comprehension_first

    # --- what is written

    def visit_Call(self, node: ast.Call) -> None:
        if model := self._model(node.func):
            self.found.append((node.lineno, model))
        self.generic_visit(node)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """A verb that is named is a verb that is used: also in `map(Wrap.save, …)`."""
        verb = node.attr[1:] if node.attr[0] == "a" and node.attr[1:] in VERBS else node.attr
        if verb in VERBS:
            model = self.rows(node.value)
            if model or verb not in OF_OTHERS:
                self.found.append((node.lineno, model))
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._sql(node, node.value)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        parts = [part.value for part in node.values if isinstance(part, ast.Constant)]
        text = " ".join(map(str, parts))
        self._sql(node, text)
        for part in ast.walk(node):  # f"DELETE FROM {Wrap._meta.db_table}"
            if isinstance(part, ast.Attribute) and (model := self._model(part.value)) and SQL.search(text):
                self.found.append((node.lineno, model))

    def _sql(self, node: ast.expr, text: str) -> None:
        if SQL.search(text):
            tables = [_tables()[name] for name in re.findall(r"\w+", text) if name in _tables()]
            self.found += [(node.lineno, model) for model in tables]


@cache
def _returned() -> dict[str, Rows]:
    """What the product's functions give back, by their names: reports(user, right), stale_wraps(desk)."""
    found: dict[str, Rows] = {}
    for module in modules():
        reader = Writes(module.path.read_text(encoding="utf-8"), module.app)
        for node in ast.walk(reader._tree):
            model = reader._annotated(node.returns) if isinstance(node, ast.FunctionDef) else None
            if isinstance(node, ast.FunctionDef) and model and model is not NO_ROWS:
                found[node.name] = model
    return found


def foreign_writes(code: str, module: Module) -> Iterator[tuple[int, str]]:
    """What this file writes and may not: line and whose. "?": it does not show whose row it is."""
    reader = Writes(code, module.app if module.name == "models" else "")
    for line, model in reader.read():
        if model is None:
            yield line, "?"
        elif model is not NO_ROWS and not (module.level in WRITING and model._meta.app_label == module.app):
            yield line, model._meta.label


def test_rows_are_written_by_the_actions_of_their_own_app_only() -> None:
    used, wrong = set(), []
    for module in modules():
        name = str(module.path.relative_to(ROOT))
        for line, whose in foreign_writes(module.path.read_text(encoding="utf-8"), module):
            used.add(f"{name} {whose}")
            if f"{name} {whose}" not in EXCEPTIONS:
                wrong.append(f"{name}:{line}: writes {whose}")
    assert not wrong, "call the owner's actions (or annotate whose row it is):\n" + "\n".join(wrong)
    assert used >= set(EXCEPTIONS), f"a reason for what is not done any more: {set(EXCEPTIONS) - used}"


def test_no_model_is_found_by_its_name_where_nobody_sees_whose_it_is() -> None:
    asked = re.compile(
        r"\b(get_model|get_models|_default_manager|_base_manager|ContentType|GenericForeignKey)\b"
    )
    for path in PRODUCT.rglob("*.py"):
        name = str(path.relative_to(ROOT))
        if "migrations" not in path.parts and name not in BY_NAME:
            found = asked.search(path.read_text(encoding="utf-8"))
            assert found is None, (
                f"{name}: {found and found[0]}; import the model, or give the reason in BY_NAME"
            )


# --- the checker itself

ELSEWHERE = module_of(PRODUCT / "desk/queries.py")
HEAD = """
from tincay.log import models
from tincay.log.models import Leaf, Tile as Row
from django.db.models import QuerySet
from tincay.people.models import Desk, User
from tincay.reports.clocks import ReportClocks
from tincay.reports.models import Clock, Report, ReportSet
from tincay.vault.models import DeskWrap, Wrap
from tincay.vault.queries import stale_wraps
"""
FOREIGN = [
    "def f(rows: QuerySet):\n    rows.delete()",
    "Wrap.objects.filter(desk=desk).delete()",
    'DeskWrap.objects.filter(desk=desk).update(sealed=b"x")',
    "Wrap.objects.create(desk=desk)",
    "Wrap.objects.for_the_rules().bulk_create(rows)",
    "Row.objects.bulk_update(rows, ['data'])",
    "Leaf(index=1).save()",
    "row = Leaf(index=1)",
    "models.Leaf.objects.all().delete()",
    "row = models.Head()",
    "await_ = Wrap.objects.filter(desk=desk).aupdate(sealed=b'x')",
    "Wrap.objects.get_or_create(desk=desk)",
    "DeskWrap.objects.update_or_create(desk=desk)",
    "found = Wrap.objects.filter(desk=desk)\nfound.delete()",
    "for row in Wrap.objects.filter(desk=desk):\n    row.save()",
    "[row.delete() for row in Wrap.objects.all()]",
    "if wrap := Wrap.objects.first():\n    wrap.delete()",
    "old = list(Wrap.objects.all())[0]\nold.delete()",
    "objects = Wrap.objects\nobjects.update(sealed=b'x')",
    "stale_wraps(desk).update(sealed=b'x')",
    "report.clocks.create(rule='r')",
    "report.messages.update(kind='x')",
    "report.messages.filter(kind='x').delete()",
    "report.clocks.add(clock)",
    "report.clocks.clear()",
    "report.closing_proposal.delete()",
    "visit.report.save()",
    "desk.reports.update(priority='p0')",
    "desk.wraps.all().delete()",
    "User.objects.get(pk=1).desk_wraps.all().delete()",
    "def f(report: Report) -> None:\n    report.save()",
    "def f(rows: ReportSet) -> None:\n    rows.update(held=True)",
    "def f(clocks: list[Clock]) -> None:\n    for clock in clocks:\n        clock.save()",
    "def f(clock: 'Clock | None') -> None:\n    clock and clock.delete()",
    "def f(clock: Clock) -> None:\n    clock.report.desk.reports.filter(pk=1).update(held=True)",
    "list(map(Wrap.save, rows))",
    "cursor.execute('DELETE FROM vault_wrap')",
    "cursor.execute('UPDATE log_head SET size = 0')",
    "cursor.execute(f'DELETE FROM {Wrap._meta.db_table}')",
    "whatever.delete()",
    "Wrap.objects.filter(desk=desk)._raw_delete('default')",
]
HARMLESS = [
    "def f(clocks: ReportClocks):\n    clocks.save()",
    "Wrap.objects.filter(desk=desk).count()",
    "known = set()\nknown.add(1)\nknown.update({2})",
    "state = {}\nstate.update(a=1)",
    "def f(report: Report) -> str:\n    return report.desk.code",
    "cursor.execute('SELECT 1 FROM vault_wrap')",
    "report.messages.filter(kind='x').exists()",
]


@pytest.mark.parametrize("code", FOREIGN)
def test_the_checker_sees(code: str) -> None:
    """Every way to write a row of another app that we could think of."""
    assert list(foreign_writes(HEAD + code, ELSEWHERE)), code


@pytest.mark.parametrize("code", HARMLESS)
def test_the_checker_lets_readers_be(code: str) -> None:
    assert not list(foreign_writes(HEAD + code, ELSEWHERE)), code


def test_the_checker_lets_the_own_actions_write_and_no_other_file_of_the_app() -> None:
    code = HEAD + "Wrap.objects.filter(desk=desk).delete()"
    assert not list(foreign_writes(code, module_of(PRODUCT / "vault/actions.py")))
    for name in ("queries", "views", "forms", "models", "permissions", "urls"):
        assert list(foreign_writes(code, module_of(PRODUCT / f"vault/{name}.py"))), name
