"""Rows that belong to a report, an organisation or a person answer only to whoever said whose they want.

A set says so with `visible_to(user)` (pages), with `within(…)` or a related manager (rows that hang on rows which
are known already), or with `for_the_rules()` (actions and jobs). Everything else raises Unscoped when it is asked
for, however it is asked: docs/decisions/0004-tenancy.md says how, and what is not seen.
"""

from collections.abc import Iterable
from functools import cache
from itertools import chain
from typing import Any, NoReturn, Self, TypeVar, cast

from django.apps import apps
from django.db import connections, models, transaction
from django.db.models.sql import Query
from django.db.models.sql.compiler import SQLCompiler
from django.db.models.sql.datastructures import BaseTable

M = TypeVar("M", bound=models.Model)
AT_ONCE = 200
"""Rows that one statement inserts on PostgreSQL, so that no statement grows without end."""


class Unscoped(RuntimeError):
    """Somebody asked for rows of everybody without saying so."""


class GuardedQuery(Query):
    """SQL that is not made while it reads a table of scoped rows that nobody scoped.

    The check is made where the FROM clause is made: whatever a set is asked with, joins to, or is a part of ends
    there, and only there all tables are known (an order or `select_related` joins last of all).
    """

    scoped = False
    open_rows = False
    """The rows themselves are for everybody; what they are joined to may not be."""
    _of_outer = False
    """Made by Django for an `exclude()` of the query around it: what scopes that one scopes this."""

    def require_scope(self) -> None:
        if self.scoped or self.is_empty():
            return
        names = {name for table in self._tables() if (name := scoped_tables().get(table))}
        if names:
            who = ", ".join(sorted(names))
            raise Unscoped(f"{who}: ask visible_to(user) first, or for_the_rules() in an action")

    def _tables(self) -> Iterable[str]:
        if not self.open_rows and self.model:
            yield self.model._meta.db_table
        for alias, table in self.alias_map.items():
            if self.alias_refcount[alias] and not (self.open_rows and isinstance(table, BaseTable)):
                yield table.table_name

    def get_compiler(self, *args: Any, **kwargs: Any) -> SQLCompiler:
        compiler: SQLCompiler = super().get_compiler(*args, **kwargs)
        compiler.__class__ = _guarded(type(compiler))  # type: ignore[arg-type]  # classes are hashable
        return compiler

    def combine(self, rhs: Query, connector: str) -> None:
        super().combine(rhs, connector)
        self.scoped = self.scoped and getattr(rhs, "scoped", False)

    def split_exclude(self, *args: Any, **kwargs: Any) -> Any:
        condition, needed = super().split_exclude(*args, **kwargs)
        for leaf in condition.leaves():
            exists = getattr(leaf, "lhs", leaf)  # Exact(Exists(…), True)
            if isinstance(exists, models.Exists):
                cast(GuardedQuery, exists.query)._of_outer = True
        return condition, needed

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> Any:
        inner = self
        if self._of_outer and getattr(compiler.query, "scoped", False):
            inner = cast(
                GuardedQuery, self.clone()
            )  # not this one: sets that were made from the same filter share it
            inner.scoped = True
        return super(GuardedQuery, inner).as_sql(compiler, connection)


@cache
def _guarded(compiler: type[SQLCompiler]) -> type[SQLCompiler]:
    """The database's own compiler, which asks before it says FROM."""

    def get_from_clause(self: SQLCompiler) -> Any:
        if isinstance(self.query, GuardedQuery):
            self.query.require_scope()
        return compiler.get_from_clause(self)

    return type(f"Guarded{compiler.__name__}", (compiler,), {"get_from_clause": get_from_clause})


class GuardedQuerySet(models.QuerySet[M]):
    """What all sets of the product have in common; a model takes one of the two below."""

    open_rows = False

    def __init__(
        self, model: type[M] | None = None, query: Query | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if query is None and model is not None:
            query = GuardedQuery(model)
            query.open_rows = self.open_rows
        super().__init__(model, query, *args, **kwargs)

    def _scope(self) -> Self:
        clone = self.all()
        clone._query_of().scoped = True
        return clone

    def _query_of(self) -> GuardedQuery:
        assert isinstance(self.query, GuardedQuery)
        return self.query

    def for_the_rules(self) -> Self:
        """All rows, for actions and scheduled jobs; never for a page (tests/test_architecture.py)."""
        return self._scope()

    def within(self, **path: Any) -> Self:
        """Rows that hang on rows which are known: `Clock.objects.within(report__in=reports(user, right))`.

        The value is one row, some rows, or a set; a set has to be scoped itself. Raises Unscoped for what is no
        row (a number from an address is not known yet) and for rows that everybody may see.
        """
        (value,) = path.values()
        if isinstance(value, models.QuerySet):
            holders = {value.model}
            if not getattr(value.query, "scoped", False):
                raise Unscoped(f"{value.model.__name__}: the set inside is not scoped itself")
        else:
            rows = value if isinstance(value, list | tuple | set) else [value]
            holders = {row.__class__ for row in rows}  # not type(): request.user is a lazy object
        for holder in holders:
            if not issubclass(holder, models.Model) or is_public(holder):
                raise Unscoped(f"{self.model.__name__}: {holder.__name__} does not say whose rows they are")
        return self._scope().filter(**path)

    def _add_hints(self, **hints: Any) -> None:
        """Django's word for "these hang on that row": a related manager, or rows fetched ahead for one."""
        super()._add_hints(**hints)  # type: ignore[misc]
        holder = hints.get("instance")
        if holder is not None and not is_public(holder.__class__):
            self._query_of().scoped = True

    def bulk_create(self, objs: Iterable[M], *args: Any, **options: Any) -> list[M]:
        """Django's, with one statement prepared for all rows: its own costs several times the database.

        With any option, or for rows whose key the database gives, it is Django's own.
        """
        rows = list(objs)
        if args or options or any(row.pk is None for row in rows):
            return super().bulk_create(rows, *args, **options)
        self._insert_rows(rows)
        return rows

    def insert_new(self, objs: Iterable[M]) -> int:
        """Insert those that take no place that is one row's only; how many.

        Where such a row may be there already this says so by a number: an error would stand in PostgreSQL's log,
        with the values of the row.
        """
        return self._insert_rows(list(objs), " ON CONFLICT DO NOTHING")

    def _insert_rows(self, rows: list[M], otherwise: str = "") -> int:
        """Insert all of them; how many. Once it is all of them, they know that they are stored."""
        used = connections[self.db]
        head, places, fields = _insert_of(self.model)
        values = [
            [field.get_db_prep_save(field.pre_save(row, True), used) for field in fields] for row in rows
        ]
        with transaction.atomic(using=self.db, savepoint=False), used.cursor() as cursor:
            if used.vendor == "sqlite":  # it keeps the statement that it has prepared
                cursor.executemany(f"{head} {places}{otherwise}", values)
                inserted: int = cursor.rowcount
            else:  # and for PostgreSQL each statement is a way there and back
                inserted = 0
                for start in range(0, len(values), AT_ONCE):
                    some = values[start : start + AT_ONCE]
                    cursor.execute(f"{head} {', '.join([places] * len(some))}{otherwise}", [*chain(*some)])
                    inserted += cursor.rowcount
        if inserted == len(rows):
            for row in rows:
                row._state.adding, row._state.db = False, self.db
        return inserted

    # These make their SQL from a copy of the query that is of another class.

    def update(self, **kwargs: Any) -> int:
        self._query_of().require_scope()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._query_of().require_scope()
        return super().delete()

    # And SQL by hand says nothing of whose rows it reads.

    def raw(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unscoped(f"{self.model.__name__}: raw()")

    def extra(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise Unscoped(f"{self.model.__name__}: extra()")


@cache
def _insert_of(model: type[models.Model]) -> tuple[str, str, "tuple[models.Field[Any, Any], ...]"]:
    """The statement that inserts rows of a model, as far as their values, the places of the values of one row, and
    its fields in that order."""
    fields = tuple(model._meta.concrete_fields)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES', f"({places})", fields


class ScopedQuerySet(GuardedQuerySet[M]):
    """Rows that belong to a report, an organisation or a person."""


class PublicQuerySet(GuardedQuerySet[M]):
    """Rows that everybody may see. What they lead to is scoped all the same."""

    open_rows = True


@cache
def is_public(model: type[models.Model]) -> bool:
    return not any(
        isinstance(rows, GuardedQuerySet) and not isinstance(rows, PublicQuerySet) for rows in _sets(model)
    )


def _sets(model: type[models.Model]) -> Iterable[models.QuerySet[Any]]:
    return (manager.get_queryset() for manager in model._meta.managers)


@cache
def scoped_tables() -> dict[str, str]:
    """Tables whose rows are not for everybody, with the names of their models."""
    return {model._meta.db_table: model.__name__ for model in apps.get_models() if not is_public(model)}
