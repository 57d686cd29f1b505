"""What a person allowed, to whom, for how long. Where she said nothing, the answer is no.

Every yes or no is a grant that she signed, or that somebody wrote down as she spoke; the last word of a signer
counts, and her own signed word before any that was written down. Only the day is kept, never the time. Where two
readings are possible the one that gives less away is taken. The format is docs/formats/grant.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

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
TO_SOMEBODY = frozenset({"share_service", "share_police_anon", "share_police_named"})
"""Scopes that hand something to a body: a yes that names none is a wish, and allows nothing."""
NEVER_SPOKEN = frozenset({"share_police_named", "story", "research"})
"""Scopes for which nobody else may write down her yes."""
OWN = "receipt"
"""The signer of what she signed herself; a word that somebody wrote down for her has "staff:" and a number."""


class BadGrant(ValueError):
    """A grant that cannot be signed: an unknown scope, or a yes that only she can sign."""


@dataclass(frozen=True)
class Grant:
    """One word of hers: yes or no, for a purpose (scope), a receiver and the items named.

    receiver is "desk:CODE", "service:UUID" or "body:CODE". number counts the grants of one signer from 1. until is
    the last day of a yes, or None. method is a code of consent_method. A no without items speaks of all items, a no
    without a receiver of all receivers. A yes speaks only of the items and the receiver that it names; a yes without
    items covers the scope itself ("").
    """

    scope: str
    receiver: str | None
    items: frozenset[str]
    given: bool
    number: int
    day: date
    until: date | None = None
    method: str = "web_choice"
    signer: str = OWN

    @property
    def is_wish(self) -> bool:
        """Is this a yes that still has to be asked "to whom"?"""
        return self.given and self.receiver is None and self.scope in TO_SOMEBODY

    def speaks_of(self, scope: str, receiver: str | None, item: str) -> bool:
        """Is this word about that item, for that receiver and purpose?"""
        if self.scope != scope or self.is_wish:
            return False
        if self.given:
            return self.receiver == receiver and item in (self.items or {""})
        return self.receiver in {None, receiver} and (not self.items or item in self.items)

    def lasts(self, today: date) -> bool:
        """Is this a yes that has not run out?"""
        return self.given and (self.until is None or today <= self.until)


def _last_words(grants: Iterable[Grant]) -> list[Grant]:
    """Of words about one thing those that count: her own last one or, where she signed none, the last one of each
    signer, since nothing tells in which order two signers wrote."""
    all_grants = list(grants)
    signers = {grant.signer for grant in all_grants}
    last = {
        signer: max(grant.number for grant in all_grants if grant.signer == signer)
        for signer in signers & {OWN} or signers
    }
    return [grant for grant in all_grants if last.get(grant.signer) == grant.number]


def allows(
    grants: Iterable[Grant], *, scope: str, receiver: str | None = None, item: str = "", today: date
) -> bool:
    """May this item go to this receiver for this purpose today? The order of the grants does not matter.

    A yes that ran out is a no; an earlier yes does not come back. Where several words count (of two
    signers, or of a client that went wrong) a no wins over a yes. A wish allows nothing.
    """
    last = _last_words(grant for grant in grants if grant.speaks_of(scope, receiver, item))
    return bool(last) and all(grant.lasts(today) for grant in last)


def wishes(grants: Iterable[Grant], *, today: date) -> list[str]:
    """Scopes that she said yes to without naming a body, where no word that counts took it back."""
    all_grants = list(grants)
    last = {
        scope: _last_words(grant for grant in all_grants if grant.scope == scope)
        for scope in sorted({grant.scope for grant in all_grants if grant.is_wish})
    }
    return [
        scope
        for scope, words in last.items()
        if any(word.is_wish for word in words) and all(word.lasts(today) for word in words)
    ]


def refuses(grants: Iterable[Grant], scope: str) -> bool:
    """Is her last signed word about this a no to all? Silence is none."""
    own = [grant for grant in grants if grant.scope == scope and grant.signer == OWN]
    last = max(own, key=lambda grant: (grant.number, not grant.given), default=None)
    return last is not None and not last.given and last.receiver is None and not last.items


def allowed_items(
    grants: Iterable[Grant], *, scope: str, receiver: str | None, today: date
) -> frozenset[str]:
    """Every item that may go to this receiver for this purpose today."""
    all_grants = list(grants)
    items = frozenset[str]().union(*(grant.items for grant in all_grants))
    return frozenset(
        item for item in items if allows(all_grants, scope=scope, receiver=receiver, item=item, today=today)
    )


FACTS = ("harms", "time_since", "place", "channel", "did")
"""What happened, in chosen answers: no words of hers, nothing about who she is."""
ON_FORM = ("count_statistics", "alert_members", "alert_public", "pattern_link", "share_service")
"""Scopes that are asked as they are. `store_sealed` follows from `keep`, `share_police_anon` from `police_option`."""
NOT_OF_A_CHILD = frozenset({"alert_members", "alert_public", "pattern_link"})
"""Not asked on the child path. A warning, and a comparison with other reports, may lead people back to a child, who
cannot weigh that alone: whoever helps decides it with the child. What stays hurts nobody and helps: keeping the words,
being counted in totals, and the wish for another service, before which somebody asks. The police are no yes of a
child's either: nothing goes to them from a form, and the people who help ask first."""
ASK_FIRST = "ask"
"""The answer to "to which body": nobody yet, ask me."""


def grants_from(
    answers: Mapping[str, Sequence[str]], *, child: bool, official: bool, day: date
) -> list[Grant]:
    """Her words about consent that follow from the answers of a form, in the order in which they are numbered.

    Nothing follows from an answer that is not there. A report about an `official` gives nothing to a body that
    enforces the law. client/src/envelope.ts has the same rule: tests/vectors/grants_from.json.
    """
    words: list[tuple[str, str | None, Iterable[str], bool]] = []
    if "yes" in answers.get("keep", ()):
        words.append(("store_sealed", None, (), True))
    chosen = answers.get("consents", ())
    asked = [scope for scope in ON_FORM if not (child and scope in NOT_OF_A_CHILD)]
    words += [(scope, None, (), True) for scope in asked if scope in chosen]
    wish, body = answers.get("police_option", ()), next(iter(answers.get("police_body", ())), "")
    if "no" in wish:
        words.append(("share_police_anon", None, (), False))
    elif "anon_info" in wish and body and not child and not official:
        receiver, items = (None, ()) if body == ASK_FIRST else (f"body:{body}", FACTS)
        words.append(("share_police_anon", receiver, items, True))
    return [
        Grant(scope, receiver, frozenset(items), given, number, day)
        for number, (scope, receiver, items, given) in enumerate(words, start=1)
    ]


def grant_document(grant: Grant, *, text_version: str) -> dict[str, Any]:
    """What is signed (core.statements, kind GRANT).

    The key belongs to one receipt, so a signature cannot be carried to another report. text_version
    says which wording she had before her eyes or heard. Raises BadGrant.
    """
    if grant.scope not in SCOPES or (grant.signer != OWN and grant.given and grant.scope in NEVER_SPOKEN):
        raise BadGrant("scope")
    return {
        "day": grant.day.isoformat(),
        "given": grant.given,
        "items": sorted(grant.items),
        "method": grant.method,
        "n": grant.number,
        "receiver": grant.receiver,
        "scope": grant.scope,
        "signer": grant.signer,
        "text": text_version,
        "until": None if grant.until is None else grant.until.isoformat(),
        "v": 2,
    }
