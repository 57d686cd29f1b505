"""Every state in which she may find her pages, made by the product's own verbs."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.cast import Hands, Helper, Network, Reporter, again, rows
from tincay.intake.consents import items_of
from tincay.operations.scheduled import tick
from tincay.people.channels import keep_state
from tincay.people.models import Notice, User
from tincay.reports import count_rows, deadlines, steps
from tincay.reports.models import Report


@dataclass
class Scene:
    """She, the helpers, and a clock. `posts` are made by her own browser at the end, and their answer is the page."""

    network: Network
    reporter: Reporter
    clock: Hands
    settings: Any
    posts: dict[str, str] = field(default_factory=dict)
    plain: bool = False

    @property
    def helper(self) -> Helper:
        return self.network.helper

    @property
    def report(self) -> Report:
        assert self.reporter.report
        return again(self.reporter.report)

    def sends(self, *, keeps: bool = True, **told: Any) -> Report:
        grants = [self.reporter.grant("store_sealed")] if keeps else []
        told = {"retention_class": "r90" if keeps else "r0_now", **told}
        return self.reporter.send(grants=grants, now=self.clock.now, **told)

    def reaches(self, stage: str, **told: Any) -> Report:
        self.sends(**told)
        return self.helper.bring(self.report, stage, now=self.clock.now)

    def passes(self, **by: float) -> None:
        """Time goes by, and the scheduler sees it."""
        tick(now=self.clock.move(**by))

    def dismissed(self, reason: str) -> None:
        self.reaches("acknowledged")
        self.helper.propose_closing(self.report, reason)
        self.network.supervisor.agree(self.report, now=self.clock.now)

    def finishes(self) -> None:
        steps.finish(report=self.report, now=self.clock.now)

    def reopens(self) -> None:
        steps.reopen(report=self.report, now=self.clock.move(days=1))

    def is_watched(self) -> None:
        """Somebody is on call at each desk, and the channel to them works."""
        self.settings.TINCAY_NOTICE_WEBHOOK = "https://notice.example/"
        keep_state(works=True, now=self.clock.now)
        rows(User).update(notice_address="somebody")


Drive = Callable[[Scene], object]


def _at(stage: str, **told: Any) -> Drive:
    return lambda scene: scene.reaches(stage, **told)


def _then(*drives: Drive) -> Drive:
    def drive(scene: Scene) -> None:
        for one in drives:
            one(scene)

    return drive


def _passing(**by: float) -> Drive:
    return lambda scene: scene.passes(**by)


def _lost_contact(scene: Scene) -> None:
    scene.reaches("acknowledged")
    for _ in range(3):
        scene.helper.write(scene.report, now=scene.clock.move(days=1))
    scene.helper.lose_contact(scene.report, now=scene.clock.move(days=1))


def _asked_oversight(scene: Scene) -> None:
    deadlines.ask_oversight(report=scene.report, now=scene.clock.now)


def _made_by_other(scene: Scene) -> None:
    scene.sends()
    rows(Report).update(sealed_by="operator")


def _answered_with_another_code(scene: Scene) -> None:
    scene.reaches("answered")
    scene.reporter = scene.reporter.change_code(now=scene.clock.now)


def _wish(**posts: str) -> Drive:
    return lambda scene: scene.posts.update(posts)


def _without_script(scene: Scene) -> None:
    scene.plain = True


def _called(scene: Scene) -> None:
    """Every call went out."""
    rows(Notice).update(sent_at=scene.clock.now)


def _at_again(stage: str) -> Drive:
    return lambda scene: scene.helper.bring(scene.report, stage, now=scene.clock.now)


def _writes(scene: Scene) -> None:
    scene.reporter.write("Tôi nhớ thêm.", now=scene.clock.now)


KEEP, COUNT, POLICE = "allow/store_sealed", "allow/count_statistics", "allow/share_police_anon"
TO_A_TEAM = "allow/share_service/?to=ben-song-tiep-nhan"
TEAM = "desk:ben-song-tiep-nhan"


def _signs(scope: str, receiver: str | None = None, *, given: bool = True) -> Drive:
    """Her word; a yes that names nobody opens nothing."""
    items = items_of(scope) if given and receiver else ()
    return lambda scene: scene.reporter.consent(
        scope, given=given, receiver=receiver, items=items, now=scene.clock.now
    )


def _names_police(scene: Scene) -> None:
    _signs("share_police_anon", f"body:{scene.network.police.code}")(scene)


def _sorted_to_count(scene: Scene) -> None:
    count_rows.add_entry(report=scene.report, count={}, now=scene.clock.now)


def _counted(scene: Scene) -> None:
    rows(Report).update(counted=True)


_finishes: Drive = Scene.finishes
_reopens: Drive = Scene.reopens
_p0 = {"priority": "p0"}

STATES: dict[str, Drive] = {
    "received": _at("received"),
    "a question": _at("received", kind_group="question", priority="p3"),
    "abroad: no province": _at("received", province=None),
    "a child": _at("received", retention_class="r_child", priority="p1"),
    "words not kept": _at("received", keeps=False),
    "read": _at("acknowledged"),
    "checked": _at("verified"),
    "sorted": _at("classified"),
    "being worked on": _at("in_handling"),
    "answered": _at("answered"),
    "answered, words not kept": _at("answered", keeps=False),
    "handled": _at("handled"),
    "she wrote": _then(_at("acknowledged"), _writes),
    "she wrote, reply late": _then(_at("acknowledged"), _writes, _passing(days=8)),
    "told more later": lambda scene: (
        scene.sends(),
        scene.reporter.add("Thêm một điều.", now=scene.clock.now),
    ),
    "asked something": lambda scene: scene.helper.ask(scene.reaches("acknowledged"), now=scene.clock.now),
    "paused, as she wished": lambda scene: scene.helper.pause(
        scene.reaches("acknowledged"), "reporter_asked_pause", now=scene.clock.now
    ),
    "paused for safety": lambda scene: scene.helper.pause(
        scene.reaches("acknowledged"), "safety", now=scene.clock.now
    ),
    "reminded before the deadline": _then(_at("received"), _passing(hours=20)),
    "late": _then(_at("received"), _passing(hours=30)),
    "late, oversight told": _then(_at("received"), _passing(hours=30), _asked_oversight),
    "late, just asked oversight": _then(_at("received"), _passing(hours=30), _wish(late="")),
    "danger, at night, nobody watches": _at("received", **_p0),
    "danger, somebody watches": _then(Scene.is_watched, _at("received", **_p0)),
    "danger, at night, an hour over": _then(_at("received", **_p0), _passing(hours=2)),
    "danger, watched, an hour over": _then(
        Scene.is_watched, _at("received", **_p0), _called, lambda scene: scene.clock.move(hours=2)
    ),
    "danger, opened": _at("acknowledged", **_p0),
    "danger, opened, an hour over": _then(_at("acknowledged", **_p0), _passing(hours=2)),
    "danger, written to": lambda scene: scene.helper.write(
        scene.reaches("acknowledged", **_p0), now=scene.clock.now
    ),
    "danger, closed": _then(_at("acknowledged", **_p0), _finishes),
    "danger, reopened": _then(_at("answered", **_p0), _finishes, _reopens),
    "made by somebody else": _made_by_other,
    "a new code": _answered_with_another_code,
    "just changed the code": _then(_at("answered"), _without_script, _wish(**{"new-code": ""})),
    "without a script": _then(_at("answered"), _without_script),
    "just closed": _then(_at("received"), _wish(done="close")),
    "closed by her, unread": _then(_at("received"), _finishes),
    "closed by her, words not kept": _then(_at("received", keeps=False), _finishes),
    "closed by her, handled": _then(_at("handled"), _finishes),
    "closed after quiet days": lambda scene: scene.helper.close(
        scene.reaches("handled"), now=scene.clock.move(days=31)
    ),
    "closed: a test": lambda scene: scene.dismissed("spam_test"),
    "closed: meant to harm": lambda scene: scene.dismissed("malicious"),
    "closed: told already": lambda scene: scene.dismissed("duplicate"),
    "closed: no harm": lambda scene: scene.dismissed("no_harm_described"),
    "closed: not reached": _lost_contact,
    "closed too long ago": _then(_at("received", retention_class="r12m"), _finishes, _passing(days=100)),
    "just reopened": _then(_at("received"), _finishes, _wish(done="reopen")),
    "reopened, unread": _then(_at("received"), _finishes, _reopens),
    "reopened, words not kept": _then(_at("answered", keeps=False), _finishes, _reopens),
    "reopened and closed": _then(_at("received"), _finishes, _reopens, _finishes),
    "reopened and answered": _then(_at("answered"), _finishes, _reopens, _at_again("answered")),
    "just deleted": _then(_at("received"), _wish(delete="")),
    "closing proposed": lambda scene: (
        scene.reaches("acknowledged"),
        scene.helper.propose_closing(scene.report, "spam_test"),
    ),
    "counting allowed, sorted": _then(_at("received"), _signs("count_statistics"), _sorted_to_count),
    "counting allowed, closed": _then(_at("received"), _signs("count_statistics"), _finishes),
    # What she allows
    "said that words go": _then(_at("received", keeps=False), _signs("store_sealed", given=False)),
    "words gone, more will be kept": _then(_at("answered", keeps=False), _signs("store_sealed")),
    "counting allowed": _then(_at("received"), _signs("count_statistics")),
    "counted": _then(_at("received"), _signs("count_statistics"), _counted),
    "a team may know, unread": _then(_at("received"), _signs("share_service", TEAM)),
    "a team may know, read": _then(_at("acknowledged"), _signs("share_service", TEAM)),
    "a team may know no more, read": _then(
        _at("acknowledged"), _signs("share_service", TEAM), _signs("share_service", TEAM, given=False)
    ),
    "police: wished, nobody chosen": _then(_at("received"), _signs("share_police_anon")),
    "police: wished, closed": _then(_at("received"), _signs("share_police_anon"), _finishes),
    "police: one may know": _then(_at("received"), _names_police),
    "police: never": _then(_at("received"), _signs("share_police_anon", given=False)),
    "just allowed": _then(_at("received"), _without_script, _wish(**{COUNT: "true"})),
    "just taken back": _then(_at("received"), _without_script, _wish(**{KEEP: "false"})),
    "just refused": _then(_at("received"), _without_script, _wish(**{POLICE: "false"})),
}


_ALLOWED = {
    KEEP: "words_stay you_allow_this",
    COUNT: "not_counted you_do_not_allow_this",
    POLICE: "lies_in_the_report nothing_went police_not_asked",
    TO_A_TEAM: "nothing_went you_do_not_allow_this",
}
"""What the pages of consents say as a rule: she let her words be kept, and nothing else."""
_NOT_KEPT = {KEEP: "words_end you_do_not_allow_this", "said": "deleted_unless_chosen keep_or_delete"}
_CLOSED_BEFORE = {COUNT: "counted_if_allowed_then row_is_nobodys you_do_not_allow_this"}
_GONE = {KEEP: "words_gone you_do_not_allow_this", POLICE: "nothing_went police_not_asked"}


def _open(now: str, **others: str) -> dict[str, str]:
    """The names of the sentences by page, where it is open; `others` differ from what is said as a rule."""
    rule = {
        "late": "ask_when_late nobody_reminded nothing_late",
        "done": "closes_now could_reopen",
        "data": "phone_opened",
        "delete": "no_more_answers",
        "tell": "",
        "said": "",
    }
    return {"now": now, **rule, **_ALLOWED, **others}


def _closed(now: str, **others: str) -> dict[str, str]:
    """The same where it is closed."""
    rule = {
        "late": "nothing_late reminders_gone",
        "done": "they_are_told",
        "data": "phone_opened",
        "delete": "",
        "tell": "takes_no_more",
        "said": "takes_no_more",
        **_CLOSED_BEFORE,
    }
    return {"now": now, **_ALLOWED, **rule, **others}


SAID: dict[str, dict[str, str]] = {
    "received": _open("messages_come_here no_message_yet who_answers"),
    "a question": _open("messages_come_here no_message_yet who_answers"),
    "abroad: no province": _open("messages_come_here no_message_yet who_answers"),
    "a child": _open("messages_come_here no_message_yet who_answers"),
    "words not kept": _open(
        "messages_come_here no_message_yet who_answers", done="closes_now could_reopen words_go", **_NOT_KEPT
    ),
    "read": _open("messages_come_here no_message_yet who_answers"),
    "checked": _open("messages_come_here no_message_yet who_answers"),
    "sorted": _open("messages_come_here no_message_yet who_answers"),
    "being worked on": _open("messages_come_here no_message_yet who_answers"),
    "answered": _open("who_answers"),
    "answered, words not kept": _open("who_answers", data="words_gone", **{**_NOT_KEPT, **_GONE}),
    "handled": _open("who_answers"),
    "she wrote": _open("reply_by sent who_answers"),
    "she wrote, reply late": _open(
        "ask_somebody reply_late sent something_late who_answers", late="something_late"
    ),
    "told more later": _open("messages_come_here no_message_yet reply_by who_answers"),
    "asked something": _open("asked_you waits_for_you who_answers"),
    "paused, as she wished": _open("messages_come_here no_message_yet who_answers you_paused"),
    "paused for safety": _open("messages_come_here no_message_yet paused_for_safety who_answers"),
    "reminded before the deadline": _open(
        "messages_come_here no_message_yet who_answers", late="ask_when_late nothing_late"
    ),
    "late": _open(
        "ask_somebody messages_come_here no_message_yet something_late who_answers", late="something_late"
    ),
    "late, oversight told": _open(
        "messages_come_here no_message_yet see_who_knows something_late who_answers",
        late="nothing_to_do oversight_told something_late",
    ),
    "late, just asked oversight": {"posted: late": "just_asked nothing_to_do oversight_told something_late"},
    "danger, at night, nobody watches": _open("messages_come_here no_message_yet nobody_watches who_answers"),
    "danger, somebody watches": _open("messages_come_here no_message_yet somebody_watches who_answers"),
    "danger, at night, an hour over": _open(
        "ask_somebody messages_come_here no_message_yet nobody_came nobody_watches something_late who_answers",
        late="something_late",
    ),
    "danger, watched, an hour over": _open(
        "ask_somebody messages_come_here no_message_yet nobody_came something_late who_answers",
        late="nobody_yet something_late",
    ),
    "danger, opened": _open("messages_come_here no_message_yet somebody_opened who_answers"),
    "danger, opened, an hour over": _open(
        "ask_somebody messages_come_here no_message_yet nobody_came something_late who_answers",
        late="something_late",
    ),
    "danger, written to": _open("somebody_is_on_it who_answers"),
    "danger, closed": _closed("closed_by_her no_message read_until reopen_until"),
    "danger, reopened": _open("nobody_watches reply_by who_answers", **_CLOSED_BEFORE),
    "made by somebody else": _open("change_it made_by_other messages_come_here no_message_yet who_answers"),
    "a new code": _open("who_answers"),
    "just changed the code": {"posted: new-code": "just_changed only_the_new_code who_answers"},
    "without a script": _open("who_answers", data="server_opened", tell="nobody_watches"),
    "just closed": {"posted: done": "closed_by_her just_closed no_message read_until reopen_until"},
    "closed by her, unread": _closed("closed_by_her no_message read_until reopen_until"),
    "closed by her, words not kept": _closed(
        "closed_by_her no_message read_until reopen_until tell_again",
        done="tell_again they_are_told",
        data="words_gone",
        **_GONE,
    ),
    "closed by her, handled": _closed("closed_by_her read_until reopen_until"),
    "closed after quiet days": _closed("closed_quietly read_until reopen_until"),
    "closed: a test": _closed("closed_as_test if_we_are_wrong no_message read_until reopen_until two_people"),
    "closed: meant to harm": _closed(
        "closed_unshared if_we_are_wrong no_message read_until reopen_until two_people"
    ),
    "closed: told already": _closed(
        "closed_as_known if_we_are_wrong no_message read_until reopen_until two_people"
    ),
    "closed: no harm": _closed(
        "closed_without_harm if_we_are_wrong no_message read_until reopen_until two_people"
    ),
    "closed: not reached": _closed("closed_unreached not_your_fault read_until reopen_until"),
    "closed too long ago": _closed("closed_by_her no_message read_until too_late", done="too_late"),
    "just reopened": {"posted: done": "just_reopened messages_come_here no_message_yet reply_by who_answers"},
    "reopened, unread": _open("messages_come_here no_message_yet reply_by who_answers", **_CLOSED_BEFORE),
    "reopened, words not kept": _open(
        "reply_by tell_again who_answers",
        data="words_gone",
        **{**_NOT_KEPT, **_GONE, **_CLOSED_BEFORE},
    ),
    "reopened and closed": _closed("closed_by_her no_message read_until reopen_until"),
    "reopened and answered": _open("who_answers", **_CLOSED_BEFORE),
    "just deleted": {"posted: delete": "code_opens_nothing copies_go just_deleted keys_gone"},
    "closing proposed": _open(
        "messages_come_here no_message_yet who_answers", data="phone_opened second_person_looks"
    ),
    "counting allowed, sorted": _open(
        "messages_come_here no_message_yet who_answers",
        data="phone_opened waits_in_the_totals",
        **{COUNT: "until_then_yours waits_to_be_counted you_allow_this"},
    ),
    "counting allowed, closed": _closed(
        "closed_by_her no_message read_until reopen_until",
        **{COUNT: "counted_if_allowed_then row_is_nobodys you_allow_this"},
    ),
    "said that words go": _open(
        "messages_come_here no_message_yet who_answers",
        done="closes_now could_reopen words_go",
        **{KEEP: _NOT_KEPT[KEEP]},
    ),
    "words gone, more will be kept": _open(
        "who_answers", data="words_gone", **{**_GONE, KEEP: "kept_from_now words_gone you_allow_this"}
    ),
    "counting allowed": _open(
        "messages_come_here no_message_yet who_answers",
        **{COUNT: "until_then_yours waits_to_be_counted you_allow_this"},
    ),
    "counted": _open(
        "messages_come_here no_message_yet who_answers",
        data="phone_opened stands_in_the_totals",
        **{COUNT: "already_counted row_is_nobodys you_allow_this"},
    ),
    "a team may know, unread": _open(
        "messages_come_here no_message_yet who_answers", **{TO_A_TEAM: "nothing_went you_allow_this"}
    ),
    "a team may know, read": _open(
        "messages_come_here no_message_yet who_answers", **{TO_A_TEAM: "what_went_is_gone you_allow_this"}
    ),
    "a team may know no more, read": _open(
        "messages_come_here no_message_yet who_answers",
        **{TO_A_TEAM: "nothing_more_goes you_do_not_allow_this"},
    ),
    "police: wished, nobody chosen": _open(
        "messages_come_here no_message_yet who_answers",
        **{POLICE: "lies_in_the_report nobody_chosen police_may_know_later you_will_be_asked"},
    ),
    "police: wished, closed": _closed(
        "closed_by_her no_message read_until reopen_until",
        **{POLICE: "lies_in_the_report nobody_chosen police_may_know_later"},
    ),
    "police: one may know": _open(
        "messages_come_here no_message_yet who_answers",
        **{POLICE: "lies_in_the_report nothing_went police_may_know"},
    ),
    "police: never": _open(
        "messages_come_here no_message_yet who_answers",
        **{POLICE: "lies_in_the_report no_police nothing_went"},
    ),
    "just allowed": {f"posted: {COUNT}": "just_allowed until_then_yours waits_to_be_counted"},
    "just taken back": {f"posted: {KEEP}": "just_taken_back words_end"},
    "just refused": {f"posted: {POLICE}": "just_refused nothing_went"},
}
"""What each page has to say in each state, and no more."""

_KEPT = {"store_sealed": "row_allowed"}
ROWS_SAID: dict[str, dict[str, str]] = {
    "received": _KEPT,
    "words not kept": {},
    "counting allowed": {**_KEPT, "count_statistics": "row_allowed"},
    "a team may know, unread": {**_KEPT, "share_service?to=ben-song-tiep-nhan": "row_allowed"},
    "police: wished, nobody chosen": {**_KEPT, "share_police_anon": "row_wished"},
    "police: one may know": {**_KEPT, "share_police_anon": "row_allowed"},
    "police: never": {**_KEPT, "share_police_anon": "row_refused"},
}
"""How each row of what she allows stands, where it is not just "not allowed"."""
