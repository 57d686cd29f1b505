"""The desk reads the sentence that she signed, not another one of the same name."""

import pytest

from tests.cast import NOW, Network, Reporter
from tincay.core.consent import TO_SOMEBODY
from tincay.desk.pages import consents, refused, wishes
from tincay.intake.questions import CONSENTS
from tincay.web.packs import label, pack_toml

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("scope", [scope for scope in CONSENTS if scope not in TO_SOMEBODY])
def test_the_desk_shows_the_sentence_that_she_signed(
    network: Network, reporter: Reporter, scope: str
) -> None:
    report = reporter.send(grants=[reporter.grant(scope)])
    assert consents(report, NOW) == [pack_toml("texts.toml")["consent"][scope]["label"]["vi"]]


def test_what_she_allowed_for_one_receiver_names_the_receiver(network: Network, reporter: Reporter) -> None:
    report, receiver = reporter.send(), f"desk:{network.other_desk.code}"
    reporter.consent("share_service", receiver=receiver, items=["place"])
    assert consents(report, NOW) == ["Cho Bàn tiếp nhận Bến Sông (mẫu) biết việc đã xảy ra"]
    reporter.consent("share_service", receiver=receiver, given=False)
    assert consents(report, NOW) == []


def test_a_body_that_is_no_desk_is_not_called_by_a_desks_name(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    reporter.consent("share_service", receiver=f"body:{network.other_desk.code}", items=["place"])
    assert consents(report, NOW) == ["Cho body:ben-song-tiep-nhan biết việc đã xảy ra"]


def test_the_body_that_she_named_is_named_and_her_last_no_is_shown(
    network: Network, reporter: Reporter
) -> None:
    report, body = reporter.send(), f"body:{network.police.code}"
    reporter.consent("share_police_anon", receiver=body, items=["harms"])
    assert consents(report, NOW) == ["Cho Công an xã (mẫu) biết việc đã xảy ra, không nói người báo là ai"]
    assert refused(report) == []
    reporter.consent("share_police_anon", given=False)
    assert (consents(report, NOW), refused(report)) == ([], ["Không đưa gì cho công an"])
    reporter.consent("share_police_anon", receiver=body, items=["harms"])
    assert refused(report) == []


@pytest.mark.parametrize("scope", sorted(TO_SOMEBODY & set(CONSENTS)))
def test_a_yes_that_names_nobody_is_shown_as_what_is_to_be_asked_and_not_as_allowed(
    network: Network, reporter: Reporter, scope: str
) -> None:
    report = reporter.send(grants=[reporter.grant(scope)])
    assert consents(report, NOW) == []
    assert wishes(report) == [label("consent_scope", scope)]


def test_what_is_to_be_asked_is_asked_until_she_said_it(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    reporter.consent("share_service")
    assert len(wishes(report)) == 1
    reporter.consent("share_service", receiver=f"desk:{network.other_desk.code}", items=["place"])
    assert wishes(report) == []
    reporter.consent("share_service")
    reporter.consent("share_service", given=False)
    assert wishes(report) == []
