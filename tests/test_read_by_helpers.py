"""Every page that has an address, as everybody who may open it sees it: no control that a browser's helper reads."""

from contextlib import suppress

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from tests.cast import NOW, Hands, Network, Reporter, hire, sign_in, sign_in_and_confirm
from tests.sealed import read_by_helpers
from tests.test_rights import patterns
from tincay.people.actions import add_organisation

LEADS_OUT = {"account_logout"}


@pytest.mark.parametrize("language", ["vi", "en"])
def test_no_control_of_any_page_is_read_by_a_helper_of_the_browser(
    client: Client, network: Network, reporter: Reporter, clock: Hands, language: str
) -> None:
    report = reporter.send(now=NOW)
    network.helper.open_report(report, now=NOW)
    institute = add_organisation(
        code="vien", kind="research", scope=[], name_vi="Viện (mẫu)", name_en="Institute"
    )
    researcher = hire(institute, "an.vien", "me_officer", with_key=False)
    people = [client, sign_in_and_confirm(network.helper), *map(sign_in, [*network.workers, researcher])]
    seen, faults = set(), set()
    with override(language):
        for pattern in patterns():
            for given in ([], [report.pk]):
                with suppress(NoReverseMatch):
                    address = reverse(pattern.name, args=given)
                    for visitor in people if pattern.name not in LEADS_OUT else []:
                        answer = visitor.get(address)
                        if answer.status_code == 200 and "text/html" in answer.get("Content-Type", ""):
                            seen.add(pattern.name)
                            faults |= {f"{pattern.name}: {one}" for one in read_by_helpers(answer.text)}
    assert {"front", "guide", "today", "report", "my_key", "calendar", "back", "new_table", "claims"} <= seen
    assert not faults, faults
