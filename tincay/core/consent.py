"""What a person allowed, to whom, for how long. Where she said nothing, the answer is no.

Every yes or no is a grant with its date. The last word counts. Where two readings are possible the
one that gives less away is taken.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

SCOPES = frozenset(
    {
        "store_sealed",
        "count_statistics",
        "contact_me",
        "share_service",
        "share_police_anon",
        "share_police_named",
        "alert_members",
        "alert_public",
        "pattern_link",
        "cross_org_link",
        "research",
        "story",
        "guardian_informed",
    }
)
DOCUMENT = "tincay/consent/v1"


class BadGrant(ValueError):
    """A grant that cannot be signed: an unknown scope, or a time without a zone."""


@dataclass(frozen=True)
class Grant:
    """One word of hers: yes or no, for a purpose (scope), a receiver and the items named.

    A no without items speaks of all items, a no without a receiver of all receivers. A yes speaks
    only of the items and the receiver that it names.
    """

    scope: str
    receiver: str | None
    items: frozenset[str]
    given: bool
    at: datetime
    expires: datetime | None = None

    def speaks_of(self, scope: str, receiver: str | None, item: str) -> bool:
        """Is this word about that item, for that receiver and purpose?"""
        if self.scope != scope:
            return False
        if self.given:
            return self.receiver == receiver and item in self.items
        return self.receiver in {None, receiver} and (not self.items or item in self.items)

    def lasts(self, now: datetime) -> bool:
        """Is this a yes that has begun and has not run out?"""
        return self.given and self.at <= now and (self.expires is None or now < self.expires)


def allows(grants: Iterable[Grant], *, scope: str, receiver: str | None, item: str, now: datetime) -> bool:
    """May this item go to this receiver for this purpose now? The order of the grants does not matter.

    At the same instant a no wins over a yes. A no counts even when a clock was wrong and it lies in
    the future. A yes that ran out is a no; an earlier yes does not come back.
    """
    spoken = [grant for grant in grants if grant.speaks_of(scope, receiver, item)]
    spoken = [grant for grant in spoken if not grant.given or grant.at <= now]
    last = max(spoken, key=lambda grant: (grant.at, not grant.given, -_end(grant)), default=None)
    return last is not None and last.lasts(now)


def allowed_items(
    grants: Iterable[Grant], *, scope: str, receiver: str | None, now: datetime
) -> frozenset[str]:
    """Every item that may go to this receiver for this purpose now."""
    known = list(grants)
    items = frozenset[str]().union(*(grant.items for grant in known))
    return frozenset(
        item for item in items if allows(known, scope=scope, receiver=receiver, item=item, now=now)
    )


def grant_document(grant: Grant, *, text_version: str) -> bytes:
    """The bytes that the receipt's signing key signs: canonical JSON, one line, keys sorted, UTC seconds.

    The key belongs to one receipt, so a signature cannot be carried to another report. text_version
    says which wording she had before her eyes or heard. Raises BadGrant.
    """
    if grant.scope not in SCOPES:
        raise BadGrant("scope")
    document = {
        "at": _instant(grant.at),
        "expires": None if grant.expires is None else _instant(grant.expires),
        "given": grant.given,
        "items": sorted(grant.items),
        "receiver": grant.receiver,
        "scope": grant.scope,
        "text": text_version,
        "type": DOCUMENT,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _instant(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise BadGrant("time without a zone")
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _end(grant: Grant) -> float:
    """Of two yeses at one instant the one that ends first is taken."""
    return float("inf") if grant.expires is None else grant.expires.timestamp()
