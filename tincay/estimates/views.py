"""The register that everybody may read, and the desk where tables of counts are asked."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tincay.estimates import actions, forms, queries, texts, worker
from tincay.estimates.models import Claim, PublishedRun, Run
from tincay.estimates.pages import XI, Screens, claims_drawing
from tincay.estimates.permissions import run_or_404
from tincay.estimates.publishing import RunNotPublished, answered, refusal_to_publish, replicates, thorough
from tincay.estimates.tables import MOST_LISTS, read_counts
from tincay.log.queries import leaf_of, place_of
from tincay.people.permissions import needs, staff
from tincay.people.rights import May
from tincay.web.models import this_install
from tincay.web.packs import label, language, pack_text
from tincay.web.time import exact_now

SEED = 20260630
"""Every run begins with the same seed: nobody tries seeds until one pleases."""
AGAIN_AFTER = 5
"""Seconds after which a page that waits for a run asks again."""


# Public


@require_safe
def population(request: HttpRequest) -> HttpResponse:
    """Every claim and every published run side by side, and what such figures can and cannot say."""
    claims = list(queries.claims())
    context = {
        "claims": [_claim(claim) for claim in claims],
        "drawing": _claims_drawing(claims),
        "published": [_published(row) for row in queries.published_runs()],
    }
    return render(request, "estimates/population.html", context)


def _claim(claim: Claim) -> dict[str, Any]:
    return {
        "number": _claim_number(claim),
        "method": label("estimate_kind", claim.kind),
        "has_method": claim.kind != "published_no_method",
        "years": claim.years,
        "place": claim.place.name(language()) if claim.place else "",
        "population": claim.text("population", language()),
        "source": claim.text("source", language()),
        "caveat": claim.text("caveat", language()),
    }


def _claim_number(claim: Claim) -> str:
    if claim.value is None:
        return f"{texts.people(claim.low)} – {texts.people(claim.high)}"
    number = texts.people(claim.value)
    return _("hơn %(number)s") % {"number": number} if claim.at_least else number


def _claims_drawing(claims: list[Claim]) -> SafeString:
    """Every claim as a bar: to its figure, or to its low end and lighter to its high one."""
    return claims_drawing(
        [
            (
                f"{_claim_number(claim)} ({claim.years or _('không rõ năm')})",
                claim.low if claim.low is not None else claim.value or 0,
                claim.high if claim.high is not None else claim.value or 0,
            )
            for claim in claims
        ]
    )


def _published(row: PublishedRun) -> dict[str, Any]:
    return {
        "row": row,
        "place": row.place.name(language()) if row.place else "",
        "range": texts.range_words(row.lower, row.upper),
        "bound": texts.at_least(row.bound),
        "seen": texts.people(row.seen),
        "by": row.organisation.name(language()),
        "linkage": texts.LINKAGES[row.linkage],
    }


@require_safe
def published_run(request: HttpRequest, number: int) -> HttpResponse:
    """One published answer with all that is needed to repeat and to check it; never its counts."""
    row = get_object_or_404(queries.published_runs(), pk=number)
    assert row.result
    screens = Screens(row.table, row.result)
    opening = bytes(row.opening).decode()
    return render(
        request,
        "estimates/published.html",
        {
            **_published(row),
            "silent": list(screens.silent()),
            "drawn": texts.drawn_words(replicates(row.result)),
            "opening": opening,
            "position": place_of(leaf_of(bytes(row.opening))),
        },
    )


# The desk


@require_safe
@needs(May.RUN_ESTIMATES)
def runs(request: HttpRequest) -> HttpResponse:
    newest = Run.objects.visible_to(staff(request)).select_related("place").order_by("-pk")[:100]
    return render(
        request, "estimates/runs.html", {"runs": [_line(run) for run in newest], "how_many": forms.HowMany()}
    )


def _line(run: Run) -> dict[str, Any]:
    return {
        "run": run,
        "stuck": run.stuck(exact_now()),
        "place": run.place.name(language()) if run.place else "",
        "headline": Screens(run.table, run.result).headline()
        if run.result and run.result["gate"]["open"]
        else "",
        "refused": bool(run.result) and not (run.result or {})["gate"]["open"],
    }


@needs(May.RUN_ESTIMATES)
def new_run(request: HttpRequest) -> HttpResponse:
    """Ask for a table of counts as a small file."""
    form = forms.Upload(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        return _begin(request, form)
    return render(request, "estimates/upload.html", {"form": form})


@needs(May.RUN_ESTIMATES)
def new_table(request: HttpRequest) -> HttpResponse:
    """Ask for the counts one by one; ?lists=K says how many lists there are."""
    wanted = request.GET.get("lists", "3")
    if wanted not in {str(k) for k in range(2, MOST_LISTS + 1)}:
        raise Http404
    form = forms.TypedTable(request.POST or None, lists=int(wanted), initial=_sample(wanted))
    if request.method == "POST" and form.is_valid():
        return _begin(request, form)
    return render(request, "estimates/typed.html", {"form": form, "lists": range(1, int(wanted) + 1)})


def _sample(lists: str) -> dict[str, Any]:
    """In a demo the form for three lists comes filled with the pack's invented table."""
    if lists != "3" or not this_install().is_demo:
        return {}
    table = read_counts(pack_text("lists.csv", "demo").encode())
    names = {f"list_{j}": name for j, name in enumerate(table.lists)}
    counts = {f"cell_{cell}": int(table.counts[cell]) for cell in range(1, 8)}
    return {
        **names,
        **counts,
        "population": _("Người ở Hải Minh từng tìm giúp đỡ (mẫu)"),
        "first_year": 2025,
        "last_year": 2026,
    }


def _begin(request: HttpRequest, form: forms.Upload | forms.TypedTable) -> HttpResponse:
    run = actions.begin_run(
        by=staff(request), table=form.table, about=form.about(), effort=form.cleaned_data["effort"], seed=SEED,
        now=exact_now(),
    )  # fmt: skip
    worker.start()
    return redirect("run", run.pk)


@require_safe
@needs(May.RUN_ESTIMATES)
def run(request: HttpRequest, number: int) -> HttpResponse:
    """All screens of a run; while it is worked on, how far it is. The page asks again by itself, without script."""
    run = run_or_404(staff(request), number)
    response = render(request, "estimates/run.html", _context(request, run))
    if run.busy and "still" not in request.GET:
        response.headers["Refresh"] = str(AGAIN_AFTER)
    return response


@require_safe
@needs(May.RUN_ESTIMATES)
def run_on_paper(request: HttpRequest, number: int) -> HttpResponse:
    run = run_or_404(staff(request), number)
    if not run.result:
        raise Http404
    return render(request, "estimates/run_on_paper.html", {**_context(request, run), "on_paper": True})


def _context(request: HttpRequest, run: Run) -> dict[str, Any]:
    reason, published = refusal_to_publish(run), answered(run)
    return {
        "run": run,
        "place": run.place.name(language()) if run.place else "",
        "linkage": texts.LINKAGES[run.linkage],
        "screens": Screens(run.table, run.result, _xi(request)) if run.result else None,
        "change": forms.Change(table=run.table),
        "stuck": run.stuck(exact_now()),
        "worked": int((exact_now() - (run.begun_at or exact_now())).total_seconds()),
        "not_published": texts.NOT_PUBLISHED.get(reason, ""),
        "drawn": texts.drawn_words(replicates(run.result or {})),
        "thorough": thorough(run),
        "published": published,
        "kept": published or run,
    }


def _xi(request: HttpRequest) -> float:
    """Where the reader put the assumption; 1, the usual one, for anything else."""
    wanted = request.GET.get("xi", "1")
    return next((xi for xi in XI if f"{xi:g}" == wanted), 1.0)


@require_POST
@needs(May.RUN_ESTIMATES)
def change_table(request: HttpRequest, number: int) -> HttpResponse:
    """Ask the same counts again with lists left out or taken as one: a new run, the old one stays."""
    run = run_or_404(staff(request), number)
    form = forms.Change(request.POST, table=run.table)
    if not form.is_valid():
        return render(request, "estimates/run.html", {**_context(request, run), "change": form}, status=422)
    table, change = form.changed()
    about = actions.About(run.place, run.population, run.first_year or 0, run.last_year or 0, run.linkage)
    made = actions.begin_run(
        by=staff(request), table=table, about=about, effort=form.cleaned_data["effort"], seed=run.seed, now=exact_now(),
        made_from=run, change=change,
    )  # fmt: skip
    worker.start()
    return redirect("run", made.pk)


@require_POST
@needs(May.RUN_ESTIMATES)
def again(request: HttpRequest, number: int) -> HttpResponse:
    """Let a run that failed or lost its server wait once more."""
    run = run_or_404(staff(request), number)
    if run.state == "failed" or run.stuck(exact_now()):
        actions.wait_again(run=run, now=exact_now())
        worker.start()
    return redirect("run", number)


@require_POST
@needs(May.RUN_ESTIMATES)
def publish(request: HttpRequest, number: int) -> HttpResponse:
    run = run_or_404(staff(request), number)
    try:
        row = actions.publish_run(run=run, now=exact_now())
    except RunNotPublished as problem:
        messages.error(request, str(texts.NOT_PUBLISHED[problem.reason]))
        return redirect("run", number)
    messages.success(request, _("Đã công bố. Con số này không sửa và không xóa được."))
    return redirect("published_run", row.pk)


@needs(May.RUN_ESTIMATES)
def claims(request: HttpRequest) -> HttpResponse:
    """Write down a figure that somebody published; the page shows those that are there."""
    form = forms.NewClaim(request.POST or None)
    if request.method == "POST" and form.is_valid():
        actions.add_claim(fields=form.columns())
        messages.success(request, _("Đã ghi. Con số này hiện trên trang công khai."))
        return redirect("claims")
    return render(
        request,
        "estimates/claims.html",
        {"form": form, "claims": [_claim(claim) for claim in queries.claims()]},
    )
