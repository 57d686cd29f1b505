"""The desk reads the sentence that she signed, not another one of the same name."""

import pytest

from tests.cast import NOW, Network, Reporter
from tincay.desk.pages import consents
from tincay.intake.questions import CONSENTS
from tincay.web.packs import pack_toml

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scope", CONSENTS)
def test_the_desk_shows_the_sentence_that_she_signed(
    network: Network, reporter: Reporter, scope: str
) -> None:
    report = reporter.send(grants=[reporter.grant(scope)])
    assert consents(report, NOW) == [pack_toml("texts.toml")["consent"][scope]["label"]["vi"]]


def test_what_she_allowed_for_one_receiver_names_the_receiver(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    reporter.consent("share_service", receiver=network.other_desk.code, items=["place"])
    assert consents(report, NOW) == ["Cho Bàn tiếp nhận Bến Sông (mẫu) biết việc đã xảy ra"]
    reporter.consent("share_service", receiver=network.other_desk.code, given=False)
    assert consents(report, NOW) == []
