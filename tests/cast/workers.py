"""Who works here: an account, a key behind a passphrase, and the verbs of somebody who helps."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from tests.cast.ground import (
    NOW,
    PASSWORD,
    again,
    base64_text,
    new_message_key,
    open_texts,
    person_key,
    plain_json,
    rows,
    stretched_passphrase,
    url64,
)
from tests.people.telephone import TOTP_SEED
from tincay.core.authorship import desk_key_of, make_reply, succeed, vouch
from tincay.core.clock import local_day
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    new_key,
    open_sealed,
    pad,
    recipient_of,
    seal,
    unwrap,
    wrap,
)
from tincay.core.stages import STAGES
from tincay.people.actions import add_user
from tincay.people.models import Desk, Organisation, User
from tincay.reports import deadlines, messages, steps
from tincay.reports.envelope import ReplyIn
from tincay.reports.models import Message, Report
from tincay.vault.actions import HandedKey, add_member, set_desk_key, set_person_key
from tincay.vault.models import DeskWrap, Wrap
from tincay.web.strict_json import read


@dataclass
class Worker:
    """Somebody with an account; `identity` is what their browser holds while it is unlocked."""

    user: User
    passphrase: str
    identity: Identity | None
    password: str = PASSWORD

    @property
    def key(self) -> Identity:
        assert self.identity, "this role holds no key"
        return self.identity

    def desk_key(self, desk: Desk) -> Identity:
        """The desk's identity, opened with the own one, as the browser does it."""
        of = Recipient(rows(Desk).get(pk=desk.pk).recipient)
        row = rows(DeskWrap).get(of=of, user=self.user)
        return unwrap(Sealed(bytes(row.sealed)), self.key, of=of)

    def open(self, report: Report, kind: str = "narrative") -> list[dict[str, Any]]:
        """What this person can read of a report; an empty list when nothing is wrapped to their desks."""
        desks = [seat.desk for seat in self.user.memberships.select_related("desk")]
        wraps = rows(Wrap).filter(compartment__owner=report.id, compartment__kind=kind, desk__in=desks)
        return [
            document
            for row in wraps.select_related("compartment", "desk").order_by("compartment__place")
            if row.desk
            for document in open_texts(row, self.desk_key(row.desk))
        ]

    def opened(self, client: Client, report: Report | None = None) -> dict[str, str]:
        """What the unlocked browser sends along with a press: the server's challenge, opened with the own key."""
        address = reverse("challenge", args=[report.id]) if report else reverse("own_challenge")
        asked, key = client.get(address).json(), self.key
        for link in asked["wraps"]:
            key = unwrap(Sealed(base64.b64decode(link["sealed"])), key, of=Recipient(link["of"]))
        answer = open_sealed(Sealed(base64.b64decode(asked["sealed"])), key)
        assert answer[32:] == sha256(b"tincay/opened/v1\0" + asked["ticket"].encode()).digest()
        return {"X-Opened": f"{asked['ticket']}.{url64(answer[:32])}"}


class Helper(Worker):
    """A worker who moves reports: each verb reads the row as a view does and calls the product's action.

    What is written is sealed as the own browser seals it. Verbs that move a report return its row.
    """

    def open_report(self, report: Report, *, now: datetime = NOW) -> Report:
        return _take(steps.open_report, report, now=now)

    def verify(self, report: Report, result: str = "enough", *, now: datetime = NOW) -> Report:
        return _take(steps.verify, report, result=result, now=now)

    def classify(
        self,
        report: Report,
        classification: str = "violence",
        *,
        count: Mapping[str, str] | None = None,
        now: datetime = NOW,
    ) -> Report:
        return _take(steps.classify, report, classification=classification, count=count, now=now)

    def begin(self, report: Report, *, now: datetime = NOW) -> Report:
        return _take(steps.begin, report, now=now)

    def ask(self, report: Report, words: str = "Khi nào?", *, now: datetime = NOW) -> Message:
        return self._say(messages.ask, "question", report, words, now)

    def write(self, report: Report, words: str = "Vâng.", *, now: datetime = NOW) -> Message:
        return self._say(messages.write_message, "message", report, words, now)

    def answer(self, report: Report, words: str = "Đã hỏi.", *, now: datetime = NOW) -> Message:
        return self._say(steps.answer, "answer", report, words, now)

    def handle(self, report: Report, result: str = "advice", *, now: datetime = NOW) -> Report:
        return _take(steps.handle, report, result=result, now=now)

    def close(self, report: Report, *, now: datetime = NOW) -> Report:
        """Close what is handled after its quiet days."""
        return _take(steps.close_handled, report, she_asked=False, now=now)

    def try_to_reach(self, report: Report, *, now: datetime = NOW) -> Report:
        """By another way than a message, which counts by itself."""
        return _take(steps.try_to_reach, report, author=self.user, now=now)

    def lose_contact(self, report: Report, *, now: datetime = NOW) -> Report:
        return _take(steps.lose_contact, report, author=self.user, now=now)

    def propose_closing(self, report: Report, reason: str = "spam_test") -> Report:
        return _take(steps.propose_closing, report, reason=reason, author=self.user)

    def agree(self, report: Report, *, now: datetime = NOW) -> Report:
        """Be the second person who closes what another one proposed."""
        return _take(steps.agree_to_closing, report, author=self.user, now=now)

    def raise_priority(self, report: Report, priority: str, *, now: datetime = NOW) -> Report:
        return _take(deadlines.raise_priority, report, priority=priority, now=now)

    def pause(self, report: Report, reason: str = "safety", *, now: datetime = NOW) -> Report:
        return _take(deadlines.pause, report, reason=reason, now=now)

    def resume(self, report: Report, *, now: datetime = NOW) -> Report:
        return _take(deadlines.resume, report, now=now)

    def bring(self, report: Report, stage: str, *, now: datetime = NOW) -> Report:
        """Take every step that is still ahead, up to and with the one that reaches this stage."""
        way: dict[str, Callable[..., object]] = {
            "acknowledged": self.open_report,
            "verified": self.verify,
            "classified": self.classify,
            "in_handling": self.begin,
            "answered": self.answer,
            "handled": self.handle,
        }
        ahead = STAGES[STAGES.index(again(report).stage) + 1 : STAGES.index(stage) + 1]
        for reached in ahead:
            way[reached](report, now=now)
        return again(report)

    def reply_json(self, report: Report, words: str, kind: str, *, now: datetime = NOW) -> dict[str, Any]:
        """The JSON document that this helper's browser posts: signed with the desk's key, sealed to the thread."""
        row, key = again(report), new_message_key()
        reply = make_reply(
            self.desk_key(row.desk),
            desk=row.desk.code,
            thread=row.thread,
            key=key,
            kind=kind,
            by=self.user.number,
            day=local_day(now).isoformat(),
            words=words,
        )
        sealed = seal(pad(plain_json(reply)), Recipient(row.thread))
        return {"v": 1, "key": key, "sealed": base64_text(sealed), "thread": row.thread}

    def _say(
        self, verb: Callable[..., Message], kind: str, report: Report, words: str, now: datetime
    ) -> Message:
        posted = read(ReplyIn, json.dumps(self.reply_json(report, words, kind, now=now)))
        return verb(
            report=again(report),
            key=posted.key,
            sealed=posted.sealed,
            thread=posted.thread,
            author=self.user,
            now=now,
        )


def _take(verb: Callable[..., object], report: Report, **what: Any) -> Report:
    row = again(report)
    verb(report=row, **what)
    return row


# --- how somebody comes to work here


def hire(
    organisation: Organisation,
    username: str,
    role: str,
    *,
    title: str = "",
    with_key: bool = True,
    now: datetime = NOW,
) -> Worker:
    """An account with the tests' password and, unless the role holds none, a key behind a passphrase."""
    user = add_user(
        organisation=organisation,
        username=username,
        password=PASSWORD,
        role=role,
        title_vi=title,
        title_en=title,
    )
    if not with_key:
        return Worker(user, "", None)
    passphrase, salt = f"gió sông {username} đồng xanh", f"salt of {username}".ljust(16, ".").encode()
    identity = person_key(username)
    sealed = wrap(identity, recipient_of(stretched_passphrase(passphrase, salt)))
    set_person_key(
        user=user, recipient=recipient_of(identity), salt=salt, sealed=sealed, scrypt=(2**17, 8, 1)
    )
    return Worker(user, passphrase, identity)


def hire_helper(
    organisation: Organisation, username: str, role: str = "case_worker", *, title: str = ""
) -> Helper:
    """Somebody who moves reports."""
    return Helper(**vars(hire(organisation, username, role, title=title)))


def staff_desk(desk: Desk, *workers: Worker, now: datetime = NOW) -> Identity:
    """Give a desk its key, wrapped to these members; the first one is on call."""
    identity = give_key(desk, *workers, now=now)
    for place, worker in enumerate(workers):
        add_member(desk=desk, user=worker.user, on_call=place)
    return identity


def give_key(
    desk: Desk, *workers: Worker, before: Identity | None = None, number: int = 1, now: datetime = NOW
) -> Identity:
    """Give a desk a key as a member's browser makes it; `before` is the key that it replaces, by number."""
    identity = new_key()[0]
    key = desk_key_of(identity, desk=desk.code, number=number)
    wraps = {worker.user: handed(identity, desk, worker.user) for worker in workers}
    set_desk_key(
        desk=desk, key=key, succession=succeed(before, key) if before else None, wraps=wraps, now=now
    )
    return identity


def handed(identity: Identity, desk: Desk, user: User) -> HandedKey:
    """A desk's key for a member, with the desk's word that the member's key was compared."""
    to = Recipient(user.recipient)
    return HandedKey(bytes(wrap(identity, to)), vouch(identity, desk=desk.code, recipient=to))


# --- how they come in


def give_second_factor(worker: Worker) -> Worker:
    """The telephone app that everybody who works here has set up; its seed is TOTP_SEED."""
    if not worker.user.has_second_factor():
        TOTP.activate(worker.user, TOTP_SEED)
    return worker


def sign_in(worker: Worker) -> Client:
    """A browser without a screen in which this person is signed in."""
    give_second_factor(worker)
    client = Client()
    client.force_login(worker.user)
    return client


def sign_in_and_confirm(worker: Worker) -> Client:
    """The same, and this person has just given the password once more, as before keys change."""
    cache.clear()  # how often somebody confirms in a minute is counted there, and outlives a test
    client = sign_in(worker)
    client.post(reverse("account_reauthenticate"), {"password": worker.password})
    return client
