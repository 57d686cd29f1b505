"""The cast itself is real: what one seals the other opens, and nobody else."""

import pytest

from tests.cast import Helper, Network, Reporter
from tincay.core.sealing import CannotOpen, Sealed, stretch_passphrase, unwrap
from tincay.vault.models import PersonWrap


def test_a_helper_of_the_desk_opens_her_words(reporter: Reporter, helper: Helper) -> None:
    report = reporter.send(words="Xin chào")
    assert [document["words"] for document in helper.open(report)] == ["Xin chào"]


def test_a_stranger_has_nothing_to_open(reporter: Reporter, stranger: Helper) -> None:
    assert stranger.open(reporter.send()) == []


def test_a_helper_who_sits_at_the_triage_desk_only_cannot_open_identity(
    reporter: Reporter, network: Network
) -> None:
    report = reporter.send(fields={"name": "Tên"})
    network.helper.user.memberships.filter(desk=network.case).delete()
    assert network.helper.open(report, "identity") == []


def test_she_reads_the_answer_with_her_receipt(reporter: Reporter, helper: Helper) -> None:
    helper.write(helper.open_report(reporter.send()), "Chào bạn")
    assert reporter.messages() == ["Chào bạn"]


def test_the_passphrase_opens_the_key_and_another_one_does_not(helper: Helper, stranger: Helper) -> None:
    row = PersonWrap.objects.for_the_rules().get(user=helper.user)
    salt, sealed = bytes(row.salt), Sealed(bytes(row.sealed))
    assert unwrap(sealed, stretch_passphrase(helper.passphrase, salt)) == helper.identity
    with pytest.raises(CannotOpen):
        unwrap(sealed, stretch_passphrase(stranger.passphrase, salt))
