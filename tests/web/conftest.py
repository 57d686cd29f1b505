"""A request leaves its language behind in the process; here every test begins in Vietnamese."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def _vietnamese() -> Iterator[None]:
    with override("vi"):
        yield
