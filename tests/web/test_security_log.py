"""What the log says of safety: a closed list of sentences with codes and numbers, and room for nothing else."""

import inspect
import logging
from string import Formatter

import pytest
from django.conf import settings

from tests.patience import StandingClock
from tincay.web.security_log import DailyCount, Event, note


def places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}


@pytest.mark.parametrize("event", Event)
def test_a_sentence_has_room_for_codes_and_numbers_only(event: Event) -> None:
    assert places(event) <= {"who", "desk", "count"}


def test_a_line_is_given_codes_and_numbers_only() -> None:
    assert set(inspect.signature(note).parameters) == {"event", "organisation", "number", "desk", "count"}


@pytest.mark.parametrize(
    "code", ["203.0.113.77", "a b", "thu@cayme", "thu.cayme", "x" * 51, "a\nb", "Nguyễn", "09:15"]
)
@pytest.mark.parametrize("place", ["organisation", "desk"])
def test_what_is_no_code_does_not_reach_the_log(
    code: str, place: str, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ValueError, match="not a code"):
        note(Event.DESK_KEY_CHANGED, **{place: code})  # type: ignore[arg-type]
    assert caplog.messages == []


def test_a_line_says_what_happened_and_to_which_function(caplog: pytest.LogCaptureFixture) -> None:
    note(Event.DESK_KEY_CHANGED, organisation="cay-me", number=3, desk="cay-me-tiep-nhan")
    assert caplog.messages == ["desk key changed: cay-me-tiep-nhan by cay-me 3"]


def test_a_flood_of_refusals_is_a_few_lines(
    caplog: pytest.LogCaptureFixture, standing_clock: StandingClock
) -> None:
    count = DailyCount(Event.SIGN_INS_REFUSED)
    for _ in range(2500):
        count.add()
    assert [message.split()[-3] for message in caplog.messages] == ["1", "10", "100", "1000"]
    standing_clock.go_on(86_400)
    count.add()
    assert len(caplog.messages) == 5


def test_the_lines_are_written_and_without_a_time() -> None:
    assert logging.getLogger("tincay.security").isEnabledFor(logging.WARNING)
    assert "asctime" not in settings.LOGGING["formatters"]["line"]["format"]


def test_the_documents_name_every_sentence() -> None:
    text = (settings.BASE_DIR / "docs/operating.md").read_text(encoding="utf-8")
    for event in Event:
        assert f"`WARNING tincay.security {event.split('{')[0].strip(': ')}" in text, event
