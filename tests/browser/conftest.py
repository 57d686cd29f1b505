"""Fixtures of every browser test."""

from typing import Any

import pytest

from tests.browser.chromium import LAUNCH


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    return LAUNCH
