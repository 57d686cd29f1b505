"""The health page says what the steward has to know of witnesses, calls and settings; a row alone makes no demo."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from pytest_django.fixtures import Settings

from tests.cast import Hands, Network, sign_in
from tests.log.conftest import Hand, RunningWitness, cosign, hand, witness  # noqa: F401 -- fixtures
from tincay.log import actions, keys
from tincay.log.models import Checkpoint
from tincay.operations.scheduled import tick
from tincay.web.models import Install, this_install
from tincay.web.time import now

pytestmark = pytest.mark.django_db
SERIOUS = "Nhân chứng đã thấy một sổ khác"


def health_page(network: Network) -> str:
    return sign_in(network.steward).get(reverse("health")).content.decode()


# --- witnesses


def test_the_last_day_that_each_witness_signed_is_shown(
    network: Network,
    clock: Hands,
    hand: Hand,  # noqa: F811
    witness: RunningWitness,  # noqa: F811
) -> None:
    assert "Nhân chứng w1.example/witness ký lần cuối" in health_page(network)
    cosign(hand.sign())
    witness.stop()
    for _ in range(2):
        hand.next_day()
        assert tick(now=hand.now).failed == {"sign_the_day": "WitnessRefused"}
    page = health_page(network)
    assert "Nhân chứng lâu chưa ký" in page
    assert "30/06/2026" in page
    assert SERIOUS not in page


def test_a_witness_that_saw_another_log_is_the_first_thing_on_the_page_and_an_exit_code(
    network: Network,
    clock: Hands,
    hand: Hand,  # noqa: F811
    witness: RunningWitness,  # noqa: F811
) -> None:
    hand.append(20)
    cosign(hand.sign())
    hand.rewrite(lambda leaves: leaves[1:])
    clock.move(days=1)
    with pytest.raises(CommandError, match=r"sign_the_day fails since .*: WitnessContradicts"):
        call_command("tick")
    page = health_page(network)
    assert page.index(SERIOUS) < page.index("Có việc định kỳ đang lỗi")
    with pytest.raises(CommandError, match="A witness saw another log"):
        call_command("checkpoint")


# --- settings


def test_what_an_install_for_people_needs_and_has_not_is_named(network: Network, settings: Settings) -> None:
    assert "Chưa đặt: TINCAY_HTTPS, TINCAY_ORIGIN, TINCAY_NOTICE_WEBHOOK, TINCAY_WITNESSES." in health_page(
        network
    )
    settings.TINCAY_MAIL_HOST, settings.TINCAY_ORIGIN = "mail.example", "tin.example/log"
    assert "Chưa đặt: TINCAY_HTTPS, TINCAY_WITNESSES." in health_page(network)


# --- name and key of the log


def test_nothing_is_signed_under_another_name(hand: Hand, settings: Settings) -> None:  # noqa: F811
    hand.sign()
    hand.next_day()
    settings.TINCAY_ORIGIN = "other.example/log"
    with pytest.raises(Exception, match=r"set TINCAY_ORIGIN=tincay\.invalid/log"), transaction.atomic():
        hand.sign()
    assert Checkpoint.objects.count() == 1


@pytest.mark.parametrize("signed", [True, False])
def test_a_log_that_has_begun_never_gets_a_new_key(
    hand: Hand,  # noqa: F811
    signed: bool,
) -> None:
    hand.append()
    if signed:
        hand.sign()
    aside = keys.key_path().rename(keys.key_path().with_suffix(".aside"))
    try:
        with pytest.raises(CommandError, match="this log has begun: put its backup back"):
            call_command("log_key")
        assert not keys.key_path().exists()
    finally:
        aside.rename(keys.key_path())


# --- a demo by its row alone


def test_whoever_writes_rows_makes_no_demo_of_a_real_install(
    hand: Hand,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    Install.objects.update(demo=True, demo_offset=timedelta(days=400))
    this_install.cache_clear()
    assert now() == timezone.now().replace(second=0, microsecond=0)
    for command in (["totp", "JBSWY3DPEHPK3PXP"], ["demo_clock", "+1d"]):
        with pytest.raises(CommandError):
            call_command(*command)
    hand.sign()
    with pytest.raises(actions.OneCheckpointADay), transaction.atomic():
        actions.sign_checkpoint(now=hand.now, again=True)
    assert "Dữ liệu mẫu" not in hand.client.get("/").content.decode()
