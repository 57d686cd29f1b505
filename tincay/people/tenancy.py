"""Rows that belong to an organisation are read through `visible_to(user)`; forgetting it raises."""

from collections.abc import Iterator
from typing import Any, Self, TypeVar

from django.db import models

M = TypeVar("M", bound=models.Model)


class Unscoped(RuntimeError):
    """Somebody asked for rows of all organisations without saying so."""


class ScopedQuerySet(models.QuerySet[M]):
    """A query set that answers only after `visible_to(user)`, or `for_the_rules()` in actions and jobs."""

    _scoped = False

    def _scope(self) -> Self:
        clone = self.all()
        clone._scoped = True
        return clone

    def for_the_rules(self) -> Self:
        """All rows, for actions and scheduled jobs; never for a page."""
        return self._scope()

    def _clone(self) -> Self:
        clone: Self = super()._clone()  # type: ignore[misc]
        clone._scoped = self._scoped
        return clone

    def _ask(self) -> None:
        if not self._scoped:
            raise Unscoped(
                f"{self.model.__name__}: ask visible_to(user) first, or for_the_rules() in an action"
            )

    def _fetch_all(self) -> None:
        self._ask()
        super()._fetch_all()

    def iterator(self, chunk_size: int | None = None) -> Iterator[M]:
        self._ask()
        return super().iterator(chunk_size)

    def count(self) -> int:
        self._ask()
        return super().count()

    def exists(self) -> bool:
        self._ask()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._ask()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._ask()
        return super().update(**kwargs)

    def delete(self) -> tuple[int, dict[str, int]]:
        self._ask()
        return super().delete()
