"""Sets of codes that several rules name. Data only: the one core module that every other may import.

A set that one rule alone uses stands with that rule. The browser has the same sets in client/src/generated.ts.
"""

CHILD_AGES = ("u14", "a14_15", "a16_17")
ADULT_AGES = ("a18_24", "a25_29", "a30_39", "a40_49", "a50", "adult_ns")
"""Codes of age_band. With "ns", not said, they are the whole list: an age that is not known is in neither."""
CHILD_HARMS = ("child_sex_exploitation", "child_taken")
"""Codes of harm_type that happen to children only."""
OFFICIALS = ("police", "other_official", "militia_guard")
"""Codes of perpetrator_relation."""
OFFICIAL_HARMS = (
    "off_violence",
    "off_sexual_extortion",
    "off_bribe",
    "off_detention",
    "off_condoms",
    "off_refused_report",
    "off_disclosure",
    "raid_harm",
)
"""Codes of harm_type that name an official as the one who did it."""
