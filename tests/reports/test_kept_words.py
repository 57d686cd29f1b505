"""Words that may be kept are not kept for ever: each class that a report can be sent with has its last day."""

import pytest

from tests.cast import TODAY
from tincay.core.priority import retention_class
from tincay.core.stages import purge_day
from tincay.web.packs import pack_toml


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("child", [True, False])
@pytest.mark.parametrize("group", ["substantive", "question"])
def test_whatever_she_chose_her_words_have_a_last_day(group: str, child: bool, keeps: bool) -> None:
    assert purge_day(retention_class(group, keeps_words=keeps, child=child), TODAY) is not None


@pytest.mark.parametrize(
    ("found", "said", "days"), [("r90", "90 ngày", 90), ("r30", "30 ngày", 30), ("r_child", "7 năm", 7 * 365)]
)
def test_the_page_says_the_days_that_are_kept(found: str, said: str, days: int) -> None:
    kept = next(part for part in pack_toml("texts.toml")["promise"]["parts"] if part["id"] == "kept")
    last = purge_day(found, TODAY)
    assert last
    assert (last - TODAY).days == days
    assert f"{said} sau khi đóng" in kept["text"]["vi"]
