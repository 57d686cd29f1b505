"""J01: somebody reports from a shared phone, in either language, on either width, with and without a script."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.chromium import overflow, serious_findings
from tests.browser.her import CONTACT, NAME, PLANTED, Her
from tests.browser.never import (
    Watch,
    assert_discreet,
    assert_found_nowhere,
    assert_no_address_or_device_is_stored,
)
from tests.cast import Hands, Network
from tincay.core import receipts
from tincay.intake.models import Report
from tincay.web.packs import words

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LANGUAGES = ["vi", "en"]
WIDTHS = [360, 1280]
Comes = Callable[..., Her]


def secrets_of(code: str) -> list[str]:
    return [PLANTED, NAME, CONTACT, code, receipts.grouped(code), " ".join(receipts.to_words(code, words()))]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_report_is_sealed_on_the_phone(
    comes: Comes, network: Network, language: str, width: int, capfd: pytest.CaptureFixture[str]
) -> None:
    her = comes(language, width)
    code = her.tell()
    report = Report.objects.for_the_rules().get()
    assert report.sealed_by == "browser"
    assert network.helper.open(report)[0]["words"] == PLANTED
    assert network.helper.open(report, "identity")[0]["fields"]["name"] == NAME
    assert_found_nowhere(secrets_of(code), watch=her.watch, log="".join(capfd.readouterr()))
    assert_discreet(her.watch)
    assert not her.watch.set_cookies
    assert_no_address_or_device_is_stored(her.page.evaluate("navigator.userAgent"))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("language", LANGUAGES)
def test_without_a_script_the_server_seals_and_keeps_nothing_open(
    comes: Comes, network: Network, language: str, width: int, capfd: pytest.CaptureFixture[str]
) -> None:
    her = comes(language, width, script=False)
    code = her.tell_plainly()
    report = Report.objects.for_the_rules().get()
    assert report.sealed_by == "server"
    assert network.helper.open(report)[0]["words"] == PLANTED
    assert_found_nowhere(secrets_of(code), watch=her.watch, log="".join(capfd.readouterr()), posted=False)
    assert_discreet(her.watch)
    assert not her.watch.set_cookies
