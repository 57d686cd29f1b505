"""Every code that a rule names is a code of the country pack: renamed in one place only, it is noticed."""

import pytest

from tests.core.vectors import pack_codes
from tincay.core import officials, priority, vocabulary

LISTS = pack_codes()


@pytest.mark.parametrize(
    ("list_name", "codes"),
    [
        ("age_band", vocabulary.CHILD_AGES),
        ("age_band", vocabulary.ADULT_AGES),
        ("harm_type", vocabulary.CHILD_HARMS),
        ("harm_type", vocabulary.OFFICIAL_HARMS),
        ("perpetrator_relation", vocabulary.OFFICIALS),
        ("org_type", officials.STATE_KINDS),
        ("harm_type", priority.LIFE_HARMS),
        ("harm_type", priority.SEXUAL_HARMS),
        ("harm_type", priority.OFFICIAL_FORCE),
        ("harm_type", priority.GRAVE_HARMS),
        ("immediate_danger", priority.FELT_DANGER),
        ("time_since", priority.RECENT),
        ("report_kind", priority.QUESTIONS),
        ("verification_result", priority.SHORT_LIVED),
        ("triage_priority", priority.PRIORITIES),
    ],
)
def test_rules_name_codes_of_the_pack(list_name: str, codes: tuple[str, ...]) -> None:
    LISTS.check(list_name, *codes)


def test_every_age_is_a_childs_or_an_adults_or_not_known() -> None:
    ages = [*vocabulary.CHILD_AGES, *vocabulary.ADULT_AGES, "ns"]
    assert sorted(ages) == sorted(code.code for code in LISTS["age_band"])


def test_every_harm_of_officials_and_no_other_is_named_so_in_the_pack() -> None:
    named = {code.code for code in LISTS["harm_type"] if code.code.startswith("off_")}
    assert named == set(vocabulary.OFFICIAL_HARMS) - {"raid_harm"}
