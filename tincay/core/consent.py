"""What a person allowed, to whom, for how long. Where she said nothing, the answer is no.

Every yes or no is a grant that she signed, numbered in the order in which she said it; the last word
counts. Only the day is kept, never the time. Where two readings are possible the one that gives less
away is taken. The format is docs/formats/seal.md, "A signed grant".
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

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
GRANT_LABEL = b"tincay/grant/v1\x00"
"""What stands before the document when it is signed, so that the signature is good for nothing else."""


class BadGrant(ValueError):
    """A grant that cannot be signed: an unknown scope."""


class GrantNotSigned(Exception):
    """A grant whose signature, number or document is not hers."""


@dataclass(frozen=True)
class Grant:
    """One word of hers: yes or no, for a purpose (scope), a receiver and the items named.

    number counts the grants of one receipt from 1. expires is the last day of a yes, or None.
    A no without items speaks of all items, a no without a receiver of all receivers. A yes speaks
    only of the items and the receiver that it names; a yes without items covers the scope itself ("").
    """

    scope: str
    receiver: str | None
    items: frozenset[str]
    given: bool
    number: int
    day: date
    expires: date | None = None

    def speaks_of(self, scope: str, receiver: str | None, item: str) -> bool:
        """Is this word about that item, for that receiver and purpose?"""
        if self.scope != scope:
            return False
        if self.given:
            return self.receiver == receiver and item in (self.items or {""})
        return self.receiver in {None, receiver} and (not self.items or item in self.items)

    def lasts(self, today: date) -> bool:
        """Is this a yes that has not run out?"""
        return self.given and (self.expires is None or today <= self.expires)


def allows(
    grants: Iterable[Grant], *, scope: str, receiver: str | None = None, item: str = "", today: date
) -> bool:
    """May this item go to this receiver for this purpose today? The order of the grants does not matter.

    A yes that ran out is a no; an earlier yes does not come back. Of words with one number (a client
    that went wrong) a no wins over a yes.
    """
    spoken = [grant for grant in grants if grant.speaks_of(scope, receiver, item)]
    last = max((grant.number for grant in spoken), default=None)
    return last is not None and all(grant.lasts(today) for grant in spoken if grant.number == last)


def allowed_items(
    grants: Iterable[Grant], *, scope: str, receiver: str | None, today: date
) -> frozenset[str]:
    """Every item that may go to this receiver for this purpose today."""
    all_grants = list(grants)
    items = frozenset[str]().union(*(grant.items for grant in all_grants))
    return frozenset(
        item for item in items if allows(all_grants, scope=scope, receiver=receiver, item=item, today=today)
    )


def grant_document(grant: Grant, *, text_version: str) -> bytes:
    """The bytes that the receipt's signing key signs, after GRANT_LABEL: JSON, one line, members sorted.

    The key belongs to one receipt, so a signature cannot be carried to another report. text_version
    says which wording she had before her eyes or heard. Raises BadGrant.
    """
    if grant.scope not in SCOPES:
        raise BadGrant("scope")
    document = {
        "day": grant.day.isoformat(),
        "expires": None if grant.expires is None else grant.expires.isoformat(),
        "given": grant.given,
        "items": sorted(grant.items),
        "n": grant.number,
        "receiver": grant.receiver,
        "scope": grant.scope,
        "text": text_version,
        "v": 1,
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
