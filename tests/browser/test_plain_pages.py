"""The three pages without JavaScript in a real browser: short, and nothing that was typed is lost between them."""

import os
from collections.abc import Callable

import pytest
from playwright.sync_api import Error, Page, expect

from tests.browser.her import CONTACT, NAME, PLANTED, Her
from tests.browser.never import assert_discreet, assert_found_nowhere
from tincay.reports.models import Report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Comes = Callable[..., Her]
TALLEST = 2_600
"""CSS pixels at a width of 360, with closed groups: four screens, of which she sees one question at a time."""


def height(page: Page) -> int:
    return int(page.locator("main").bounding_box()["height"])  # type: ignore[index]


def test_each_page_is_short(comes: Comes) -> None:
    her = comes(script=False)
    her.go("/tell/plain/")
    tall = {"first": height(her.page)}
    shot(her.page, "first")
    her.choose("need", "pep")
    her.go_on("story")
    tall["story"] = height(her.page)
    shot(her.page, "story")
    her.page.locator("#plain-words").fill(PLANTED)
    her.go_on("send")
    tall["send"] = height(her.page)
    shot(her.page, "send")
    her.go_on("sent")
    shot(her.page, "sent")
    print(tall)
    assert max(tall.values()) <= TALLEST, tall


def shot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)
