"""What is counted of a report when she agreed: one table of columns, and the row that her answers give.

Her answers are sealed, so the helper's browser makes the row with the same rule (client/src/counting.ts);
tests/vectors/counting.json holds both to one result. The way of reporting is not counted: no browser knows it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tincay.core.vocabulary import ADULT_AGES, CHILD_AGES


class CountedColumn(NamedTuple):
    """One column of a count row: the question that fills it, and the code list that its values are of.

    `answer` is "" for a column that the server adds. `code_list` is "" for age_group: its values are AGE_GROUPS.
    """

    name: str
    answer: str
    code_list: str


AGE_GROUPS = ("child", "adult")
COLUMNS = (
    CountedColumn("report_kind", "kind", "report_kind"),
    CountedColumn("primary_harm", "harms", "harm_type"),
    CountedColumn("province", "place", "province"),
    CountedColumn("perpetrator_relation", "did", "perpetrator_relation"),
    CountedColumn("police_option", "police_option", "police_option"),
    CountedColumn("age_group", "age_band", ""),
    CountedColumn("classification", "", "classification"),
)
ANSWERS = tuple(column.answer for column in COLUMNS if column.answer)
"""The answers that a consent to be counted hands over, in the order in which she is shown them."""


def count_row(answers: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The codes that are counted, by column; a column without an answer is left out.

    Of several answers the first counts, so the primary harm is the first in the answers' order: the order of the
    form, in which a browser reads them. An age that nobody said is neither a child's nor an adult's.
    """
    row = {}
    for column in COLUMNS:
        code = next(iter(answers.get(column.answer, ())), "")
        value = _age_group(code) if column.name == "age_group" else code
        if value:
            row[column.name] = value
    return row


def _age_group(age_band: str) -> str:
    if age_band in CHILD_AGES:
        return "child"
    return "adult" if age_band in ADULT_AGES else ""
