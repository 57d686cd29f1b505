"""Telling more behind the code, what was told so far, and what to do when the code is lost."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tincay.core import officials
from tincay.core.sealing import Recipient
from tincay.directory.routing import in_force
from tincay.intake.forms import PlainReport
from tincay.intake.pages import intake_page
from tincay.reports.models import Report
from tincay.vault.queries import kept_for_receipt, openings
from tincay.visit import pages, queries
from tincay.visit.session import Visitor, requires_visit
from tincay.visit.views import over
from tincay.web.packs import language, texts
from tincay.web.strict_json import base64_text

ASKED = ("danger", "whose", "time_since", "harms", "did", "place", "need", "contact", "words")
"""What may be told later, in this order. Whether anybody was harmed is asked before a report is sent, never after."""


@requires_visit(over)
def tell(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """One question at a time, of what she has not told; all of it is sent together."""
    return render(request, "visit/tell.html", _telling_page(visitor))


@requires_visit(over)
def said(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """All her words and answers, in order."""
    return render(request, "visit/said.html", _told_page(visitor))


@require_safe
def lost(request: HttpRequest) -> HttpResponse:
    """What can be done without the code, and what cannot."""
    return render(request, "visit/lost.html", {"texts": texts()})


def _told_page(visitor: Visitor) -> dict[str, Any]:
    page = pages.frame(visitor)
    report = visitor.report
    steps = {
        "stage": report.stage,
        "sealed": [base64_text(row.for_receipt) for row in openings(report.id)],
        "kept": kept_for_receipt(report.id),
    }
    return {
        **page,
        "record": page["record"] and {**page["record"], "steps": steps},
        "told": None if visitor.keys else _sealed(report),
        "labels": pages.labels(),
    }


def _sealed(report: Report) -> list[dict[str, Any]]:
    """Every compartment of hers with what was sealed to it, for her phone to open."""
    return [
        {
            "kind": wrap.compartment.kind,
            "of": Recipient(wrap.compartment.recipient),
            "sealed": base64_text(wrap.sealed),
            "texts": [base64_text(text.sealed) for text in texts_of],
        }
        for wrap, texts_of in queries.compartments(report)
    ]


def _telling_page(visitor: Visitor) -> dict[str, Any]:
    receiving = in_force()
    return {
        **intake_page("tell", PlainReport(kind="tell"), script=True),
        **_told_page(visitor),
        "asked": ASKED,
        "config": {"routed": receiving.for_page, "officials": sorted(officials.ANSWERS)},
        "held": visitor.report.desk.name(language()),
    }
