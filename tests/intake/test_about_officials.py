"""A report about an official never goes to a state body, and no report goes to the police unasked."""

import json
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.cast import Network, give_key, sign_routing
from tests.directory.network_file import NETWORK, enrol
from tincay.core.officials import ANSWERS, POLICE_KINDS, STATE_KINDS
from tincay.core.vocabulary import OFFICIAL_HARMS, OFFICIALS
from tincay.directory.actions import NotThisDesk, set_fallback, set_province_desk
from tincay.directory.models import Province
from tincay.directory.routing import in_force
from tincay.intake.pages import configuration
from tincay.intake.plain import desk_of
from tincay.intake.questions import HARMS
from tincay.people.actions import add_desk, add_organisation
from tincay.people.models import Desk
from tincay.web.models import Install
from tincay.web.packs import codes

pytestmark = pytest.mark.django_db


def body(network: Network, kind: str, *scope: str) -> Desk:
    """A triage desk of an organisation of this kind, which can receive once that is signed."""
    organisation = add_organisation(code=kind, name_vi=kind, name_en=kind, kind=kind, scope=list(scope))
    desk = add_desk(organisation=organisation, code=kind, name_vi=kind, name_en=kind, purpose="triage")
    give_key(desk, network.stranger)
    return desk


@pytest.mark.parametrize("answer", sorted(ANSWERS))
def test_a_province_whose_desk_is_a_state_body_gets_nothing_about_officials(
    network: Network, answer: str
) -> None:
    state = body(network, "social_authority", "intake")
    set_province_desk(code="M03", desk=state)
    sign_routing()
    said = {"place": "M03", "did": answer, "harms": []} if answer in OFFICIALS else None
    said = said or {"place": "M03", "did": "", "harms": ["threat", answer]}
    assert desk_of(said) == network.triage
    assert desk_of({"place": "M03", "did": "client", "harms": ["threat"]}) == state


def test_the_phone_gets_the_list_and_the_desks_with_the_page_and_has_none_of_its_own(
    network: Network,
) -> None:
    body(network, "social_authority", "intake")
    sign_routing()
    told = configuration(in_force())
    assert set(told["officials"]) == ANSWERS
    desks = json.loads(told["routed"]["statement"]["document"])["desks"]
    assert {code for code, desk in desks.items() if desk["state"]} == {"giam-sat-ban", "social_authority"}
    for name in ("envelope", "routing"):
        script = (Path(settings.BASE_DIR) / f"client/src/{name}.ts").read_text()
        assert not [code for code in ANSWERS if f'"{code}"' in script]


def test_the_list_has_every_harm_that_the_form_offers_under_officials() -> None:
    assert {code for code, _ in dict(HARMS)["officials"]} == set(OFFICIAL_HARMS)
    codes().check("perpetrator_relation", *OFFICIALS)
    codes().check("org_type", *STATE_KINDS)


@pytest.mark.parametrize("kind", [*sorted(POLICE_KINDS), "ngo"])
def test_the_police_answer_for_no_province_and_are_no_default(network: Network, kind: str) -> None:
    police = body(network, kind, "law_enforcement")
    with pytest.raises(NotThisDesk):
        set_province_desk(code="M03", desk=police)
    for triage, case in ((police, network.case), (network.triage, police)):
        with pytest.raises(NotThisDesk):
            set_fallback(triage=triage, case=case, oversight=None)
    assert Province.objects.get(code="M03").desk is None


def test_a_state_body_is_no_default_but_may_oversee(network: Network) -> None:
    state = body(network, "province_pc", "intake")
    for triage, case in ((state, network.case), (network.triage, state)):
        with pytest.raises(NotThisDesk):
            set_fallback(triage=triage, case=case, oversight=None)
    assert set_fallback(triage=network.triage, case=network.case, oversight=state).oversight == state


def test_a_file_that_names_the_police_is_refused_in_a_sentence(install: Install, tmp_path: Path) -> None:
    call_command("load_pack")
    with pytest.raises(CommandError, match="tiep-nhan"):
        enrol(tmp_path, NETWORK.replace('"ngo"', '"police_commune"'))
    assert not Desk.objects.exists()
