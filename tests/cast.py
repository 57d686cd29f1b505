"""Who plays in the tests: a network of organisations, people who work there, and somebody who reports.

Everything is built through the product's own actions and sealed for real, so that no test can stand on
something the product cannot make. Slow stretches (scrypt, PBKDF2) are done once a session.
"""

import base64
import json
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client

from tests.people.telephone import TOTP_SEED
from tincay.core import receipts
from tincay.core.clock import ZONE
from tincay.core.consent import GRANT_LABEL, Grant, grant_document
from tincay.core.sealing import (
    Identity,
    Recipient,
    Sealed,
    Stretched,
    new_key,
    open_sealed,
    pad,
    recipient_of,
    seal,
    sign,
    signing_public,
    stretch_passphrase,
    stretch_receipt,
    unpad,
    unwrap,
    wrap,
)
from tincay.directory.actions import add_province, add_service, seed_calendar, set_fallback
from tincay.directory.queries import case_desk, desk_for
from tincay.people.accounts import has_second_factor
from tincay.people.actions import add_desk, add_organisation, add_user
from tincay.people.models import Desk, Organisation, User
from tincay.reports.consents import change_consent
from tincay.reports.envelope import Envelope, GrantIn
from tincay.reports.messages import post_message
from tincay.reports.models import Message, Report
from tincay.reports.receiving import receive_report
from tincay.vault.actions import add_member, set_desk_key, set_person_key
from tincay.vault.models import Compartment, DeskWrap, PersonWrap, SealedText
from tincay.vault.queries import recipient, wraps_for_desk, wraps_for_receipt
from tincay.web.packs import pack_rows
from tincay.web.strict_json import read

NOW = datetime(2026, 6, 30, 9, 0, tzinfo=ZONE)
"""A Tuesday morning: the beginning of every test and of the demo."""
TODAY = NOW.date()
SALT = b"one salt for all of the tests..."
PASSWORD = "mua-nang-thang-sau-7"
WORDS = "Chủ quán giữ giấy tờ và tiền công của tôi."


# --- slow things, once


@lru_cache
def stretched_code(code: str, salt: bytes = SALT) -> Stretched:
    return stretch_receipt(code, salt)


@lru_cache
def stretched_passphrase(passphrase: str, salt: bytes) -> Identity:
    return stretch_passphrase(passphrase, salt)


@lru_cache
def code_number(number: int) -> str:
    """The n-th receipt code of the tests: always the same one."""
    stream = iter(f"{number:06}".encode() * 12)
    return receipts.make(lambda size: bytes(next(stream) % 10 for _ in range(size)))


@lru_cache
def receipt_number(number: int) -> Stretched:
    return stretched_code(code_number(number))


# --- who works here


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
        row = DeskWrap.objects.for_the_rules().get(of=Desk.objects.get(pk=desk.pk).recipient, user=self.user)
        return unwrap(
            Sealed(bytes(row.sealed)), self.key, of=Recipient(Desk.objects.get(pk=desk.pk).recipient)
        )

    def open(self, report: Report, kind: str = "narrative") -> list[dict[str, Any]]:
        """What this person can read of a report; an empty list when nothing is wrapped to their desks."""
        for membership in self.user.memberships.select_related("desk"):
            for row in wraps_for_desk(report.id, membership.desk).filter(compartment__kind=kind):
                key = unwrap(Sealed(bytes(row.sealed)), self.desk_key(membership.desk))
                return open_texts(report, kind, key)
        return []


def give_second_factor(worker: Worker) -> Worker:
    """The telephone app that everybody who works here has set up; its seed is TOTP_SEED."""
    if not has_second_factor(worker.user):
        TOTP.activate(worker.user, TOTP_SEED)
    return worker


def sign_in(worker: Worker) -> Client:
    """A browser without a screen in which this person is signed in."""
    give_second_factor(worker)
    client = Client()
    client.force_login(worker.user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def open_texts(report: Report, kind: str, key: Identity) -> list[dict[str, Any]]:
    rows = (
        SealedText.objects.for_the_rules()
        .filter(compartment__owner=report.id, compartment__kind=kind)
        .order_by("id")
    )
    return [json.loads(unpad(open_sealed(Sealed(bytes(row.sealed)), key))) for row in rows]


def seal_words(report: Report, words: str) -> bytes:
    """A message of the thread, as either side's browser seals it."""
    return seal(pad(_json({"v": 1, "words": words})), recipient(report.id, "thread"))


def new_message_key() -> str:
    return secrets.token_urlsafe(16)


def _json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


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
        user=user, recipient=recipient_of(identity), salt=salt, sealed=sealed, scrypt=(2**17, 8, 1), now=now
    )
    return Worker(user, passphrase, identity)


@lru_cache
def person_key(username: str) -> Identity:
    return new_key()[0]


def staff_desk(desk: Desk, *workers: Worker, now: datetime = NOW) -> Identity:
    """Give a desk its key, wrapped to these members; the first one is on call."""
    identity, public = new_key()
    wraps = {worker.user: wrap(identity, Recipient(worker.user.recipient)) for worker in workers}
    set_desk_key(desk=desk, recipient=public, wraps=wraps, now=now)
    for place, worker in enumerate(workers):
        add_member(desk=desk, user=worker.user, sealed=None, on_call=place)
    return identity


# --- the network


@dataclass
class Network:
    """The organisation Cây Me with its two desks, another one, the police, oversight; all invented."""

    organisation: Organisation
    triage: Desk
    case: Desk
    other: Organisation
    other_desk: Desk
    oversight: Organisation
    oversight_desk: Desk
    police: Organisation
    helper: Worker
    colleague: Worker
    supervisor: Worker
    head: Worker
    steward: Worker
    stranger: Worker
    overseer: Worker
    liaison: Worker
    workers: list[Worker] = field(default_factory=list)


def build_network(*, now: datetime = NOW) -> Network:
    """All organisations, desks, people, provinces and the calendar, each through its action."""
    seed_calendar(rows=pack_rows("calendar.csv"), now=now)
    cay_me = add_organisation(
        code="cay-me",
        name_vi="Cây Me (mẫu)",
        name_en="Cây Me (invented)",
        kind="ngo",
        scope=["intake", "case_mgmt"],
    )
    ben_song = add_organisation(
        code="ben-song", name_vi="Bến Sông (mẫu)", name_en="Bến Sông (invented)", kind="ngo", scope=["intake"]
    )
    watch = add_organisation(
        code="giam-sat",
        name_vi="Ban điều phối (mẫu)",
        name_en="Coordinating board (invented)",
        kind="inspectorate",
        scope=["oversight", "coordinating_body"],
    )
    police = add_organisation(
        code="cong-an-mau",
        name_vi="Công an xã (mẫu)",
        name_en="Commune police (invented)",
        kind="police_commune",
        scope=["law_enforcement"],
    )
    network = _people(cay_me, ben_song, watch, police, now)
    _places(network)
    return network


def _people(
    cay_me: Organisation, ben_song: Organisation, watch: Organisation, police: Organisation, now: datetime
) -> Network:
    triage = add_desk(
        organisation=cay_me,
        code="cay-me-tiep-nhan",
        name_vi="Bàn tiếp nhận Cây Me (mẫu)",
        name_en="Cây Me intake desk (invented)",
        purpose="triage",
        post_vi="Trưởng ca tiếp nhận",
        post_en="Head of the intake shift",
    )
    case = add_desk(
        organisation=cay_me,
        code="cay-me-ho-tro",
        name_vi="Bàn hỗ trợ Cây Me (mẫu)",
        name_en="Cây Me case desk (invented)",
        purpose="case",
    )
    other_desk = add_desk(
        organisation=ben_song,
        code="ben-song-tiep-nhan",
        name_vi="Bàn tiếp nhận Bến Sông (mẫu)",
        name_en="Bến Sông intake desk (invented)",
        purpose="triage",
    )
    oversight_desk = add_desk(
        organisation=watch,
        code="giam-sat-ban",
        name_vi="Bàn giám sát (mẫu)",
        name_en="Oversight desk (invented)",
        purpose="oversight",
    )
    network = Network(
        organisation=cay_me,
        triage=triage,
        case=case,
        other=ben_song,
        other_desk=other_desk,
        oversight=watch,
        oversight_desk=oversight_desk,
        police=police,
        helper=hire(cay_me, "thu.cayme", "case_worker", title="Người hỗ trợ"),
        colleague=hire(cay_me, "minh.cayme", "case_worker", title="Người hỗ trợ"),
        supervisor=hire(cay_me, "hoa.cayme", "supervisor", title="Người phụ trách"),
        head=hire(cay_me, "binh.cayme", "unit_head", with_key=False),
        steward=hire(cay_me, "quang.cayme", "steward", with_key=False),
        stranger=hire(ben_song, "son.bensong", "case_worker"),
        overseer=hire(watch, "ha.giamsat", "oversight"),
        liaison=hire(police, "dung.congan", "police_liaison", with_key=False),
    )
    network.workers = [worker for worker in vars(network).values() if isinstance(worker, Worker)]
    staff_desk(triage, network.helper, network.supervisor, now=now)
    staff_desk(case, network.helper, network.supervisor, now=now)
    staff_desk(other_desk, network.stranger, now=now)
    staff_desk(oversight_desk, network.overseer, now=now)
    return network


def _places(network: Network) -> None:
    for code, name, desk in (
        ("M01", "Sông Mây (giả định)", network.triage),
        ("M02", "Bến Sông (giả định)", network.other_desk),
        ("M03", "Sơn Thượng (giả định)", None),
    ):
        english = name.replace("giả định", "invented")
        add_province(code=code, name_vi=name, name_en=english, list_version="test", desk=desk)
    set_fallback(triage=network.triage, case=network.case, oversight=network.oversight_desk)
    add_service(
        code="tram-y-te-mau",
        province=None,
        name_vi="Trạm y tế (mẫu)",
        name_en="Health post (invented)",
        kinds=["health"],
        phone="1900 0000",
        urgent=True,
    )


# --- who reports


@dataclass
class Reporter:
    """Somebody with a phone: makes a receipt, seals, signs, comes back and reads."""

    number: int = 1
    salt: bytes = SALT
    grants: int = 0
    report: Report | None = None

    @property
    def code(self) -> str:
        return code_number(self.number)

    @property
    def keys(self) -> Stretched:
        return stretched_code(self.code, self.salt)

    def next_person(self) -> "Reporter":
        return Reporter(self.number + 1, self.salt)

    def envelope_json(
        self,
        *,
        words: str = WORDS,
        answers: Mapping[str, list[str]] | None = None,
        fields: Mapping[str, str] | None = None,
        identity_answers: Mapping[str, list[str]] | None = None,
        province: str | None = "M01",
        priority: str = "p2",
        kind_group: str = "substantive",
        retention_class: str = "r90",
        grants: Iterable[GrantIn] = (),
        key: str | None = None,
    ) -> dict[str, Any]:
        """The JSON document that the phone posts."""
        desk = desk_for(province)
        case = case_desk(desk)
        narrative = {"v": 1, "answers": dict(answers or {"need": ["listen_only"]}), "words": words}
        identity = {"v": 1, "answers": dict(identity_answers or {}), "fields": dict(fields or {})}
        return {
            "v": 1,
            "key": key or new_message_key(),
            "desk": desk.code,
            "priority": priority,
            "kind_group": kind_group,
            "retention_class": retention_class,
            "receipt": {
                "locator": _url64(self.keys.locator),
                "recipient": recipient_of(self.keys.identity),
                "signing": _url64(signing_public(self.keys.signing_seed)),
            },
            "compartments": {
                "narrative": self._compartment(narrative, desk),
                "identity": self._compartment(identity, case),
                "thread": self._compartment(None, desk),
            },
            "grants": [
                {"document": grant.document, "signature": _url64(grant.signature)} for grant in grants
            ],
            "proof_of_work": None,
        }

    def _compartment(self, document: Mapping[str, Any] | None, desk: Desk) -> dict[str, Any]:
        identity, public = new_key()
        readers = (Recipient(desk.recipient), recipient_of(self.keys.identity))
        return {
            "recipient": public,
            "sealed": None if document is None else _base64(seal(pad(_json(document)), public)),
            "wraps": [{"to": reader, "sealed": _base64(wrap(identity, reader))} for reader in readers],
        }

    def envelope(self, **told: Any) -> Envelope:
        return read(Envelope, json.dumps(self.envelope_json(**told)))

    def send(self, *, now: datetime = NOW, held: bool = False, **told: Any) -> Report:
        """Send a report and keep it in mind."""
        found = receive_report(envelope=self.envelope(**told), sealed_by="browser", held=held, now=now)
        self.report = found.report
        return found.report

    def grant(
        self,
        scope: str,
        *,
        given: bool = True,
        receiver: str | None = None,
        items: Iterable[str] = (),
        day: date = TODAY,
        expires: date | None = None,
        number: int | None = None,
    ) -> GrantIn:
        """A word about consent, signed as the phone signs it; each has the next number."""
        self.grants += 1
        said = Grant(scope, receiver, frozenset(items), given, number or self.grants, day, expires)
        document = grant_document(said, text_version="2026-06")
        signature = sign(self.keys.signing_seed, GRANT_LABEL + document)
        return GrantIn(document=document.decode(), signature=_url64(signature))  # type: ignore[arg-type]

    def consent(self, scope: str, *, given: bool = True, now: datetime = NOW, **what: Any) -> None:
        assert self.report
        change_consent(report=self.report, grant=self.grant(scope, given=given, **what), now=now)

    def write(self, words: str, *, now: datetime = NOW) -> Message:
        """Post a message behind the receipt."""
        assert self.report
        return post_message(
            report=self.report,
            key=new_message_key(),
            sealed=seal_words(self.report, words),
            sealed_by="browser",
            author=None,
            now=now,
        )

    def open(self, kind: str = "thread", report: Report | None = None) -> list[dict[str, Any]]:
        """What the receipt opens: her own words, and the messages."""
        found = report or self.report
        assert found
        row = wraps_for_receipt(found.id).get(compartment__kind=kind)
        return open_texts(found, kind, unwrap(Sealed(bytes(row.sealed)), self.keys.identity))

    def messages(self) -> list[str]:
        return [document["words"] for document in self.open("thread")]


def _url64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


# --- a clock that tests move


@dataclass
class Hands:
    """The wall clock of a test: `now` for actions, and for pages the offset of a demo install."""

    now: datetime = NOW

    def move(self, **by: float) -> datetime:
        """Go forward, never back, and let pages see the same time."""
        self.now += timedelta(**by)
        self.show()
        return self.now

    def show(self) -> None:
        from django.utils import timezone

        from tincay.web.models import Install

        Install.objects.filter(id=1).update(demo_offset=self.now - timezone.now().replace(microsecond=0))


__all__ = [
    "NOW",
    "PASSWORD",
    "SALT",
    "TOTP_SEED",
    "WORDS",
    "Compartment",
    "Hands",
    "Network",
    "PersonWrap",
    "Reporter",
    "Worker",
    "build_network",
    "code_number",
    "give_second_factor",
    "hire",
    "new_message_key",
    "open_texts",
    "receipt_number",
    "seal_words",
    "sign_in",
    "staff_desk",
]
