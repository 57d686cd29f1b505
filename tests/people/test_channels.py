"""The hour is promised only while calls really go out; a call goes by the second channel when the first one fails."""

import base64
import hashlib
import hmac
import json
import re
import socket
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_string
from email.header import decode_header, make_header

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django.fixtures import Settings

from tests.cast import NOW, Hands, Network, Reporter, rows, sign_in
from tests.people.channel import Channel, open_channel
from tests.people.mail import MailServer, open_mail_server
from tincay.people.calls import call_on_duty
from tincay.people.channels import send_notices
from tincay.people.models import ChannelState, Notice, User
from tincay.people.queries import channel_works, desks_on_call

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=1)
PROMISE, NO_PROMISE = "Có người trực đọc tin", "Giờ này không có ai trực"
SECRET = base64.b64encode(b"a secret of thirty-two letters..").decode()


@pytest.fixture
def channel(settings: Settings) -> Iterator[Channel]:
    with open_channel() as opened:
        settings.TINCAY_NOTICE_WEBHOOK = opened.address
        yield opened


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailServer]:
    with open_mail_server() as opened:
        settings.TINCAY_MAIL_HOST, settings.TINCAY_MAIL_PORT = "127.0.0.1", opened.port
        settings.TINCAY_MAIL_TLS, settings.TINCAY_MAIL_FROM = "none", "truc@thu.example"
        yield opened


@pytest.fixture
def visitor(network: Network, clock: Hands, client: Client) -> Client:
    """Somebody on the page, where everybody on call has an address."""
    reach("somebody@here.example")
    return client


def reach(address: str) -> None:
    rows(User).update(notice_address=address)


def dead(settings: Settings) -> None:
    """A webhook where nobody listens."""
    with socket.socket() as nobody_listens:
        nobody_listens.bind(("127.0.0.1", 0))
        settings.TINCAY_NOTICE_WEBHOOK = f"http://127.0.0.1:{nobody_listens.getsockname()[1]}/"


def promised(visitor: Client) -> bool:
    """What the page of the way in says, which is one of two sentences."""
    html = visitor.get("/tell/").content.decode()
    assert (PROMISE in html) is not (NO_PROMISE in html)
    return PROMISE in html


# --- what she is promised


def test_before_a_call_ever_went_out_no_hour_is_promised(visitor: Client, channel: Channel) -> None:
    assert not promised(visitor)
    call_command("test_notice", "thu.cayme")
    assert promised(visitor)


def test_with_a_dead_webhook_the_page_does_not_promise_the_hour(
    visitor: Client, network: Network, settings: Settings, channel: Channel
) -> None:
    call_command("test_notice", "thu.cayme")
    dead(settings)
    assert promised(visitor), "nobody has tried since"
    call_on_duty(desk=network.triage, now=NOW)
    send_notices(now=NOW)
    assert not promised(visitor)
    settings.TINCAY_NOTICE_WEBHOOK = channel.address
    send_notices(now=LATER)
    assert promised(visitor)


def test_a_call_that_nobody_sends_takes_the_promise_back_after_ten_minutes(
    visitor: Client, network: Network, clock: Hands, channel: Channel
) -> None:
    """As where the scheduled work is not run at all."""
    call_command("test_notice", "thu.cayme")
    call_on_duty(desk=network.triage, now=NOW)
    clock.move(minutes=10)
    assert promised(visitor)
    clock.move(minutes=1)
    assert not promised(visitor)


def test_a_p0_report_is_told_whom_to_call_while_the_channel_is_dead(
    visitor: Client, settings: Settings, channel: Channel
) -> None:
    from tincay.intake.pages import first_look

    call_command("test_notice", "thu.cayme")
    report = Reporter().send(priority="p0")
    assert "không có ai trực" not in first_look(report, NOW)
    dead(settings)
    send_notices(now=NOW)
    assert "không có ai trực trên trang này. Đang nguy hiểm thì bạn hãy gọi" in first_look(report, NOW)


def test_of_a_success_only_the_day_is_kept(network: Network, channel: Channel) -> None:
    reach("x@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    channel.answers = [500, 200]
    send_notices(now=NOW)
    assert ChannelState.objects.get().failing_since == NOW
    send_notices(now=LATER)
    state = ChannelState.objects.get()
    assert (state.failing_since, f"{state.worked_on}") == (None, "2026-06-30")


def test_somebody_without_an_address_proves_no_channel(network: Network, channel: Channel) -> None:
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 1
    assert not channel_works(NOW)
    assert not ChannelState.objects.exists()


def test_the_health_page_says_what_is_wrong_with_calls(
    visitor: Client, network: Network, settings: Settings, clock: Hands, channel: Channel
) -> None:
    def page() -> str:
        return sign_in(network.steward).get(reverse("health")).content.decode()

    assert "Chưa lần nào thử kênh báo trực" in page()
    call_command("test_notice", "thu.cayme")
    assert "Không chắc gọi được người trực" not in page()
    dead(settings)
    call_on_duty(desk=network.triage, now=NOW)
    send_notices(now=NOW)
    clock.move(minutes=11)
    assert "Kênh báo trực không gửi được từ 09:00" in page()
    assert "1 thông báo chờ đã hơn mười phút" in page()


# --- who can be reached


@pytest.mark.parametrize(
    ("address", "by_webhook", "by_mail"),
    [
        ("ho-tro-2", True, False), ("a@here.example", True, True), ("mailto:a@here.example", False, True),
        ("", False, False),
    ],
)  # fmt: skip
def test_somebody_is_on_call_only_where_a_channel_of_this_install_reaches_them(
    network: Network, settings: Settings, address: str, by_webhook: bool, by_mail: bool
) -> None:
    reach(address)
    assert not desks_on_call()
    settings.TINCAY_NOTICE_WEBHOOK = "https://hook.example/"
    assert bool(desks_on_call()) is by_webhook
    settings.TINCAY_NOTICE_WEBHOOK, settings.TINCAY_MAIL_HOST = "", "mail.example"
    assert bool(desks_on_call()) is by_mail


# --- mail


def test_a_letter_says_three_words_and_nothing_of_the_product(network: Network, mail: MailServer) -> None:
    reach("mailto:a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 1
    letter = message_from_string(mail.letters[0])
    assert {name: str(make_header(decode_header(value))) for name, value in letter.items() if name in SHOWN} == {
        "From": "truc@thu.example", "To": "a@here.example", "Subject": "Có việc mới",
    }  # fmt: skip
    assert set(letter.keys()) == {
        *SHOWN, "Date", "Message-ID", "MIME-Version", "Content-Type", "Content-Transfer-Encoding"
    }  # fmt: skip
    assert letter.get_payload(decode=True).decode() == "Có việc mới\n"  # type: ignore[union-attr]
    assert letter["Message-ID"].endswith("@thu.example>")
    told = "\n".join([*mail.heard, *mail.letters]).lower()
    for name in ("tincay", "tin cậy", "list-", "x-mailer", socket.gethostname().lower()):
        assert name not in told
    assert mail.heard[0] == "ehlo thu.example"


SHOWN = {"From", "To", "Subject"}


def test_a_call_goes_by_mail_when_the_webhook_fails(
    network: Network, mail: MailServer, settings: Settings
) -> None:
    dead(settings)
    reach("a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 1
    assert len(mail.letters) == 1
    assert channel_works(NOW)


def test_no_letter_is_written_where_the_webhook_took_it(
    network: Network, mail: MailServer, channel: Channel
) -> None:
    reach("a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 1
    assert (len(channel.told), len(mail.letters)) == (1, 0)


@pytest.mark.parametrize("word", ["EHLO", "MAIL", "RCPT", "DATA"])
def test_a_mail_server_that_refuses_leaves_the_call_waiting(
    network: Network, mail: MailServer, word: str
) -> None:
    mail.refuse = {word: "550 no", "HELO": "550 no"}
    reach("a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 0
    assert rows(Notice).filter(sent_at=None).count() == 1
    assert not channel_works(NOW)


def test_without_encryption_nothing_is_sent_where_it_was_asked_for(
    network: Network, mail: MailServer, settings: Settings
) -> None:
    settings.TINCAY_MAIL_TLS = "starttls"
    reach("a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    assert send_notices(now=NOW) == 0
    assert not mail.letters


# --- the webhook's signature


def verified(headers: dict[str, str], body: bytes) -> bool:
    """As docs/operating.md shows it to whoever receives."""
    own = {name.lower(): value for name, value in headers.items()}
    content = f"{own['webhook-id']}.{own['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.digest(base64.b64decode(SECRET), content, hashlib.sha256)).decode()
    return any(hmac.compare_digest(one, f"v1,{expected}") for one in own["webhook-signature"].split(" "))


def test_a_webhook_is_signed_with_the_secret_of_both(
    network: Network, channel: Channel, settings: Settings
) -> None:
    settings.TINCAY_NOTICE_SECRET = f"whsec_{SECRET}"
    reach("a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    key = rows(Notice).get().pk
    channel.answers = [500, 200]
    send_notices(now=NOW)
    send_notices(now=LATER)
    body = json.dumps(channel.told[0], ensure_ascii=False).encode()
    assert [verified(headers, body) for headers in channel.headers] == [True, True]
    assert not verified(channel.headers[0], body + b" ")
    names = {headers["Webhook-Id"] for headers in channel.headers}
    assert len(names) == 1, "the same call has the same name"
    assert key.hex not in names.pop()
    assert "python" not in channel.headers[0]["User-Agent"].lower()


def test_without_a_secret_nothing_is_signed(network: Network, channel: Channel) -> None:
    reach("a@here.example")
    call_on_duty(desk=network.triage, now=NOW)
    send_notices(now=NOW)
    assert "Webhook-Signature" not in channel.headers[0]


# --- test_notice


def test_the_test_of_the_channel_says_what_took_it(
    network: Network, mail: MailServer, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    dead(settings)
    reach("a@here.example")
    call_command("test_notice", "thu.cayme")
    printed = capsys.readouterr()
    assert re.fullmatch(r"not sent by webhook: \w+Error\n", printed.err)
    assert printed.out.startswith("sent by mail.")
    assert len(mail.letters) == 1
    assert channel_works(NOW)


@pytest.mark.parametrize(
    ("name", "address", "webhook", "sentence"),
    [
        ("thu.cayme", "a@here.example", "http://127.0.0.1:9/", "No channel took it"),
        ("thu.cayme", "", "http://127.0.0.1:9/", "has no notice_address"),
        ("thu.cayme", "a@here.example", "", "No channel is set"),
        ("nobody", "a@here.example", "http://127.0.0.1:9/", "Nobody of this name"),
    ],
)
def test_the_test_of_the_channel_fails_loudly(
    network: Network, settings: Settings, name: str, address: str, webhook: str, sentence: str
) -> None:
    settings.TINCAY_NOTICE_WEBHOOK = webhook
    reach(address)
    with pytest.raises(CommandError, match=sentence):
        call_command("test_notice", name)
    assert not channel_works(NOW)
