"""How whoever is on call is reached: the install's webhook and its mail server, tried one after the other.

A channel is told an address and "Có việc mới": no report, no desk, no priority, and not which product this is.
"""

import base64
import hashlib
import hmac
import json
import smtplib
import ssl
import urllib.request
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from http.client import HTTPException
from time import monotonic, time
from typing import NamedTuple

from django.conf import settings

from tincay.core.clock import local_day
from tincay.people.models import ChannelState, Notice
from tincay.people.queries import MAILTO, channels_configured
from tincay.web.transactions import one_transaction

WORDS = "Có việc mới"
SENDING_S = 20
"""How long one run may speak to the channels; what is left over is sent by the next."""
TIMEOUT_S = 5


class Tried(NamedTuple):
    """What became of one notice: the channel that took it ("" for none), and what each one that did not answered."""

    channel: str
    failures: tuple[str, ...] = ()


def send_notices(*, now: datetime) -> int:
    """Hand the waiting notices to the install's channels; how many went out. Outside any transaction."""
    waiting = Notice.objects.for_the_rules().filter(sent_at__isnull=True)
    if not channels_configured():
        waiting.update(sent_at=now)
        return 0
    sent, until = 0, monotonic() + SENDING_S
    taken: list[bool] = []
    # Danger first. Else in any order: an address that hangs each time must not stand before the others each time.
    for notice in waiting.select_related("user").order_by("-urgent", "?"):
        if monotonic() >= until:
            break
        address = notice.user.notice_address
        if address:
            ring = notice.pk.bytes + notice.rings.to_bytes(2)  # a repeat is another call than the first
            taken.append(bool(send(address, key=ring).channel))
        if not address or taken[-1]:
            sent += waiting.filter(pk=notice.pk).update(sent_at=now)
    if taken:
        keep_state(works=all(taken), now=now)
    return sent


@one_transaction
def keep_state(*, works: bool, now: datetime) -> None:
    """Keep whether the last try went through: the day of a success, and since when there is none."""
    state = ChannelState.objects.get_or_create(id=1)[0]
    state.failing_since = None if works else state.failing_since or now
    state.worked_on = local_day(now) if works else state.worked_on
    state.save()


def send(address: str, *, key: bytes) -> Tried:
    """Send the three words to this address, by the first channel that takes them. `key` names the notice, the same
    one each time that it is tried."""
    failures = []
    for name, channel in _ways(address):
        try:
            channel(address.removeprefix(MAILTO), key)
        except (
            OSError,
            ValueError,
            HTTPException,
            smtplib.SMTPException,
        ) as failure:  # what was sent is not told
            failures.append(f"{name}: {_reason(failure)}")
        else:
            return Tried(name, tuple(failures))
    return Tried("", tuple(failures))


def _ways(address: str) -> list[tuple[str, Callable[[str, bytes], None]]]:
    ways: list[tuple[str, Callable[[str, bytes], None]]] = []
    if settings.TINCAY_NOTICE_WEBHOOK and not address.startswith(MAILTO):
        ways.append(("webhook", _post))
    if settings.TINCAY_MAIL_HOST and "@" in address:
        ways.append(("mail", _mail))
    return ways


def _reason(failure: Exception) -> str:
    """The type, and the number with which a server refused: its words may repeat an address."""
    code = getattr(failure, "code", None) or getattr(failure, "smtp_code", None)
    reason = getattr(failure, "reason", None)
    kind = type(reason if isinstance(reason, Exception) else failure).__name__
    return f"{kind} {code}" if code else kind


def _post(address: str, key: bytes) -> None:
    body = json.dumps({"to": address, "text": WORDS}, ensure_ascii=False).encode()
    headers = {"Content-Type": "application/json", "User-Agent": "notice", **_signature(body, key)}
    request = urllib.request.Request(  # noqa: S310 -- the address is the install's own setting
        settings.TINCAY_NOTICE_WEBHOOK, data=body, headers=headers
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310
        pass


def _signature(body: bytes, key: bytes) -> dict[str, str]:
    """The three headers of Standard Webhooks. The id is the same at each try, and no row's own."""
    if not settings.TINCAY_NOTICE_SECRET:
        return {}
    secret = base64.b64decode(settings.TINCAY_NOTICE_SECRET.removeprefix("whsec_"))
    name = f"msg_{hmac.digest(secret, key, hashlib.sha256).hex()[:32]}"
    stamp = str(int(time()))
    mark = hmac.digest(secret, f"{name}.{stamp}.".encode() + body, hashlib.sha256)
    return {
        "webhook-id": name,
        "webhook-timestamp": stamp,
        "webhook-signature": f"v1,{base64.b64encode(mark).decode()}",
    }


def _mail(address: str, key: bytes) -> None:
    """A letter that any acquaintance could have written: no header names the product or a list."""
    domain = settings.TINCAY_MAIL_FROM.rpartition("@")[2]
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = settings.TINCAY_MAIL_FROM, address, WORDS
    letter["Date"], letter["Message-ID"] = formatdate(), make_msgid(domain=domain)
    letter.set_content(f"{WORDS}\n", cte="base64")
    with _server(domain) as server:
        if settings.TINCAY_MAIL_TLS == "starttls":
            server.starttls(context=ssl.create_default_context())
        if settings.TINCAY_MAIL_USER:
            server.login(settings.TINCAY_MAIL_USER, settings.TINCAY_MAIL_PASSWORD)
        server.send_message(letter)


def _server(domain: str) -> smtplib.SMTP:
    """It is greeted in the name of the letter's domain: this machine's own would stand in the letter's headers."""
    host, port = settings.TINCAY_MAIL_HOST, settings.TINCAY_MAIL_PORT
    if settings.TINCAY_MAIL_TLS == "tls":
        return smtplib.SMTP_SSL(host, port, domain, timeout=TIMEOUT_S, context=ssl.create_default_context())
    return smtplib.SMTP(host, port, domain, timeout=TIMEOUT_S)
