"""Rows that belong to somebody answer to nobody who did not say whose; however they are asked for."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import models
from django.db.models import Count, Exists, F, Prefetch, Q, Subquery
from django.db.models.fields.related import RelatedField
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.cast import Network, Reporter
from tests.test_architecture import own_models
from tincay.directory.models import Fallback, Province, Service
from tincay.estimates.models import PublishedRun
from tincay.people.models import Desk, Membership, Notice, Organisation, User
from tincay.people.rights import May
from tincay.people.tenancy import GuardedQuerySet, PublicQuerySet, ScopedQuerySet, Unscoped, is_public
from tincay.reports.models import Clock, Escalation, Pause, Report
from tincay.reports.permissions import reports
from tincay.vault.models import Compartment, DeskWrap, Opening, Wrap

pytestmark = pytest.mark.django_db

PUBLIC = {
    "people.Organisation": "names of organisations: shown to whoever reports",
    "people.Desk": "names and public keys of desks: her browser seals to them",
    "people.DeskKey": "public keys of desks, one after another: phones follow them",
    "directory.Province": "the list of provinces, with the desk that answers for each",
    "directory.Fallback": "the desks that answer for everything else",
    "directory.NumberCheck": "which telephone numbers were tried and found right: her pages show these only",
    "directory.Service": "where help can be had, for everybody",
    "estimates.Claim": "published figures, with their sources",
    "estimates.PublishedRun": "published ranges; who published is part of it",
}
"""Models that lead to an organisation and are for everybody."""
ASKED_BEFORE_SIGNING_IN = {"people.User"}
"""Django and allauth look up an account before anybody is known; tests/test_architecture.py holds the product."""

Rows = Any
"""A set of any model."""
MODELS = list(own_models())
SCOPED = [model for model in MODELS if isinstance(model._default_manager.all(), ScopedQuerySet)]


# --- which models


def leads_to_somebody(model: type[models.Model], seen: frozenset[type[models.Model]] = frozenset()) -> bool:
    """Whether a chain of foreign keys, or the vault's `owner`, ends at an organisation or a report."""
    if model in {Organisation, Report} or any(field.name == "owner" for field in model._meta.fields):
        return True
    targets = {field.related_model for field in model._meta.fields if isinstance(field, RelatedField)}
    ahead = {target for target in targets if isinstance(target, type) and target not in seen}
    return any(leads_to_somebody(target, seen | {model}) for target in ahead)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_that_leads_to_somebody_is_scoped_or_public_with_a_reason(
    model: type[models.Model],
) -> None:
    label, rows = model._meta.label, model._default_manager.all()
    if not leads_to_somebody(model):
        assert label not in PUBLIC, f"{label} leads to nobody: it needs no reason"
        return
    cure = f'{label}: objects = ScopedQuerySet["{model.__name__}"].as_manager(), or a reason in PUBLIC of this test'
    if label in PUBLIC:
        assert isinstance(rows, PublicQuerySet), f"{label}: a public set is still guarded: PublicQuerySet"
    elif label in ASKED_BEFORE_SIGNING_IN:
        assert isinstance(rows, GuardedQuerySet)
        assert not is_public(model)
    else:
        assert isinstance(rows, ScopedQuerySet), cure
    assert all(isinstance(manager.all(), GuardedQuerySet) for manager in model._meta.managers), cure


def test_what_is_scoped_hangs_on_nothing_public_by_one_to_one() -> None:
    """`desk.thing` of a one-to-one relation is asked by Django's own manager, which nothing guards."""
    for field in (field for model in MODELS for field in model._meta.fields):
        if isinstance(field, models.OneToOneField) and isinstance(field.related_model, type):
            assert is_public(field.model) or not is_public(field.related_model), f"{field}: take a ForeignKey"


# --- however they are asked

WAYS: dict[str, Callable[[Rows], object]] = {
    "select_for_update": lambda rows: list(rows.select_for_update()),
    "list": list,
    "bool": bool,
    "len": len,
    "slice": lambda rows: list(rows[:1]),
    "index": lambda rows: rows[0],
    "in": lambda rows: 1 in rows,
    "repr": repr,
    "get": lambda rows: rows.get(pk=None),
    "first": lambda rows: rows.first(),
    "last": lambda rows: rows.last(),
    "earliest": lambda rows: rows.earliest("pk"),
    "latest": lambda rows: rows.latest("pk"),
    "iterator": lambda rows: list(rows.iterator()),
    "exists": lambda rows: rows.exists(),
    "contains": lambda rows: rows.contains(rows.model(pk=uuid4() if rows.model is Report else 1)),
    "count": lambda rows: rows.count(),
    "aggregate": lambda rows: rows.aggregate(Count("pk")),
    "explain": lambda rows: rows.explain(),
    "values": lambda rows: list(rows.values("pk")),
    "values_list": lambda rows: list(rows.values_list("pk", flat=True)),
    "in_bulk": lambda rows: rows.in_bulk(),
    "union": lambda rows: list(rows.union(rows.model.objects.for_the_rules())),
    "union behind": lambda rows: list(rows.model.objects.for_the_rules().union(rows)),
    "intersection": lambda rows: list(rows.intersection(rows.model.objects.for_the_rules())),
    "or": lambda rows: list(rows.model.objects.for_the_rules() | rows),
    "and": lambda rows: list(rows & rows.model.objects.for_the_rules()),
    "update": lambda rows: rows.update(
        **{rows.model._meta.fields[-1].name: F(rows.model._meta.fields[-1].name)}
    ),
    "bulk_update": lambda rows: rows.bulk_update([rows.model(pk=1)], [rows.model._meta.fields[-1].name]),
    "delete": lambda rows: rows.delete(),
    "get_or_create": lambda rows: rows.get_or_create(pk=None),
    "update_or_create": lambda rows: rows.update_or_create(pk=None),
    "raw": lambda rows: list(rows.raw("SELECT 1")),
    "extra": lambda rows: list(rows.extra(where=["1 = 1"])),
    "sql": lambda rows: str(rows.query),
    "part of another": lambda rows: list(rows.model.objects.for_the_rules().filter(pk__in=rows)),
    "part of another's values": lambda rows: list(
        rows.model.objects.for_the_rules().filter(pk__in=rows.values("pk"))
    ),
    "left out of another": lambda rows: list(rows.model.objects.for_the_rules().exclude(pk__in=rows)),
    "part of what is public": lambda rows: list(Desk.objects.filter(Exists(rows))),
    "value of what is public": lambda rows: list(Desk.objects.annotate(x=Subquery(rows.values("pk")[:1]))),
    "order of what is public": lambda rows: list(Desk.objects.order_by(Subquery(rows.values("pk")[:1]))),
    "counted with what is public": lambda rows: Desk.objects.aggregate(n=Count("pk", filter=Exists(rows))),
    "part of a change": lambda rows: Desk.objects.filter(Exists(rows)).update(code=F("code")),
}
BETWEEN: dict[str, Callable[[Rows], Rows]] = {
    "all": lambda rows: rows.all(),
    "filter": lambda rows: rows.filter(pk__isnull=False),
    "exclude": lambda rows: rows.exclude(pk__isnull=True),
    "order_by": lambda rows: rows.order_by("-pk"),
    "reverse": lambda rows: rows.order_by("pk").reverse(),
    "annotate": lambda rows: rows.annotate(again=F("pk")),
    "alias": lambda rows: rows.alias(again=F("pk")).filter(again__isnull=False),
    "distinct": lambda rows: rows.distinct(),
    "only": lambda rows: rows.only("pk"),
    "using": lambda rows: rows.using("default"),
    "q": lambda rows: rows.filter(Q(pk__isnull=True) | Q(pk__isnull=False)),
}
NOT_OF_NOTHING = {"raw", "extra", "in", "index", "get_or_create", "update_or_create"}
"""Ways that are never open, or need a row."""


@pytest.mark.parametrize("way", WAYS)
def test_a_set_of_which_nobody_said_whose_raises(way: str) -> None:
    model: Any
    for model in SCOPED:
        with pytest.raises(Unscoped):
            WAYS[way](model.objects.all())


@given(
    model=st.sampled_from(SCOPED),
    between=st.lists(st.sampled_from(sorted(BETWEEN)), max_size=4),
    way=st.sampled_from(
        ["list", "exists", "count", "explain", "values_list", "part of what is public", "get"]
    ),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_whatever_is_done_to_it_in_between(model: Any, between: list[str], way: str) -> None:
    rows, scoped = model.objects.all(), model.objects.for_the_rules()
    for name in between:
        rows, scoped = BETWEEN[name](rows), BETWEEN[name](scoped)
    with pytest.raises(Unscoped):
        WAYS[way](rows)
    with suppress(ObjectDoesNotExist):
        WAYS[way](scoped)


@pytest.mark.parametrize("way", sorted(set(WAYS) - NOT_OF_NOTHING))
def test_a_set_for_the_rules_answers(way: str) -> None:
    with suppress(ObjectDoesNotExist):
        WAYS[way](Pause.objects.for_the_rules())


def test_an_empty_set_needs_nobody() -> None:
    model: Any
    for model in SCOPED:
        assert list(model.objects.none()) == []
        assert not model.objects.none().exists()


# --- joins

JOINS: dict[str, Callable[[], object]] = {
    "a column of a report": lambda: list(Clock.objects.values_list("report__code_name")),
    "backwards from a desk": lambda: list(Desk.objects.values_list("reports__code_name")),
    "as a condition": lambda: list(Desk.objects.filter(reports__priority="p2")),
    "as both": lambda: list(Desk.objects.filter(reports__priority="p2").values_list("reports__code_name")),
    "as an exception": lambda: list(Desk.objects.exclude(reports__priority="p2")),
    "as an order": lambda: list(Desk.objects.order_by("reports__code_name")),
    "as a number": lambda: list(Desk.objects.annotate(n=Count("reports"))),
    "as a sum": lambda: Desk.objects.aggregate(n=Count("reports")),
    "as an existence": lambda: Desk.objects.filter(reports__priority="p2").exists(),
    "as a name for a condition": lambda: list(
        Desk.objects.annotate(
            urgent=models.FilteredRelation("reports", condition=Q(reports__priority="p0"))
        ).values("urgent__code_name")
    ),
    "through a second": lambda: list(Organisation.objects.filter(desks__reports__stage="received")),
    "through a province": lambda: list(Province.objects.values_list("desk__reports__code_name")),
    "through a service": lambda: list(Service.objects.filter(province__desk__reports__held=True)),
    "who works there": lambda: list(Organisation.objects.values_list("users__username")),
    "who is on call": lambda: list(Desk.objects.filter(memberships__on_call=0)),
    "from an account": lambda: list(User.objects.filter(memberships__desk__code="x")),
    "from an account to its colleagues": lambda: list(User.objects.values("organisation__users__username")),
    "in what is deleted": lambda: Desk.objects.filter(reports__priority="p2").delete(),
    "in what is changed": lambda: Desk.objects.filter(reports__priority="p2").update(key_due=True),
    "in what is explained": lambda: Desk.objects.filter(reports__priority="p2").explain(),
    "in what is published": lambda: list(PublishedRun.objects.filter(organisation__users__role="steward")),
    "from the default desks": lambda: list(Fallback.objects.values("triage__reports__priority")),
    "two sets": lambda: list(Desk.objects.filter(key_due=True) | Desk.objects.filter(reports__priority="p2")),
    "fetched ahead": lambda: list(Desk.objects.prefetch_related("reports")),
    "fetched ahead, in another's words": lambda: list(
        Desk.objects.prefetch_related(Prefetch("reports", Report.objects.filter(priority="p0")))
    ),
}


@pytest.mark.parametrize("how", JOINS)
def test_rows_are_not_read_through_a_relation_either(how: str, reporter: Reporter) -> None:
    reporter.send()
    with pytest.raises(Unscoped):
        JOINS[how]()


def test_what_is_public_answers_to_everybody(network: Network) -> None:
    assert list(Desk.objects.filter(organisation__code="cay-me").order_by("organisation__name_vi"))
    assert Organisation.objects.filter(desks__code=network.triage.code).exists()
    assert list(Province.objects.select_related("desk__organisation"))
    assert User.objects.get(username=network.helper.user.username)
    assert list(Organisation.objects.prefetch_related("desks"))


def test_saying_whose_for_one_set_says_nothing_for_another_made_from_the_same_words(network: Network) -> None:
    quiet = Desk.objects.exclude(reports__priority="p0")
    assert list(quiet.for_the_rules())
    with pytest.raises(Unscoped):
        list(quiet)


def test_what_scopes_a_set_scopes_its_exceptions_also_when_it_is_said_last(network: Network) -> None:
    quiet = Report.objects.exclude(messages__kind="answer")
    assert list(quiet.for_the_rules()) == []
    assert quiet.for_the_rules().exclude(clocks__escalations__level="e4").count() == 0
    with pytest.raises(Unscoped):
        list(Report.objects.for_the_rules().exclude(clocks__in=Clock.objects.filter(rule="x")))


# --- rows that hang on a known one


def test_what_hangs_on_a_known_row_is_read_through_it(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    assert list(report.clocks.all())
    assert report.clocks.filter(report__desk=network.triage).exists()
    assert not report.messages.exclude(kind="x").exists()
    (again,) = Report.objects.for_the_rules().prefetch_related("clocks__escalations", "messages")
    assert list(again.clocks.all()) == list(report.clocks.all())
    assert network.helper.user.memberships.filter(desk=network.triage).exists()
    assert network.helper.user.notices.filter(sent_at=None).exists()


def test_what_hangs_on_a_public_row_is_everybodys(network: Network, reporter: Reporter) -> None:
    reporter.send()
    desk = Desk.objects.get(code=network.triage.code)
    for rows in (desk.reports, desk.memberships, desk.wraps):
        with pytest.raises(Unscoped):
            list(rows.all())


def test_rows_within_known_rows(network: Network, reporter: Reporter) -> None:
    report = reporter.send()
    helper = network.helper.user
    mine = reports(helper, May.OPEN_REPORT)
    everything = list(Clock.objects.for_the_rules().order_by("pk"))
    for known in ({"report": report}, {"report__in": [report]}, {"report__in": mine}):
        assert list(Clock.objects.within(**known).order_by("pk")) == everything
    assert list(DeskWrap.objects.within(user=helper))
    assert not Escalation.objects.within(clock__in=report.clocks.all()).exists()
    assert not Clock.objects.within(report__in=reports(network.stranger.user, May.OPEN_REPORT)).exists()


def test_a_number_a_public_row_and_a_set_of_all_rows_are_not_known(
    network: Network, reporter: Reporter
) -> None:
    report = reporter.send()
    unknown: list[Any] = [report.pk, str(report.pk), [report.pk], network.triage, Desk.objects.all(), None]
    for value in [*unknown, Report.objects.all(), User.objects.all()]:
        with pytest.raises(Unscoped):
            list(Clock.objects.within(report__in=value))


def test_the_vault_gives_what_belongs_to_a_report(network: Network, reporter: Reporter) -> None:
    one, other = reporter.send(), reporter.next_person().send()
    assert {row.owner for row in Compartment.objects.of(one.id)} == {one.id}
    assert {row.compartment.owner for row in Wrap.objects.of(one.id, other.id)} == {one.id, other.id}
    assert {row.owner for row in Opening.objects.of(other.id)} == {other.id}
    assert not Wrap.objects.of().exists()


def test_who_sits_where_is_for_the_own_organisation(network: Network) -> None:
    boss, stranger = network.supervisor.user, network.stranger.user
    assert {seat.desk.organisation_id for seat in Membership.objects.visible_to(boss)} == {
        boss.organisation_id
    }
    assert not network.triage.memberships.visible_to(stranger).exists()
    assert set(User.objects.of_desk(network.triage)) == set(network.organisation.users.all())
    assert not Notice.objects.within(user=stranger).exists()
