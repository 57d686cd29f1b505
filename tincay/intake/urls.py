"""Addresses that say nothing: what stands in the history of a shared phone could be any advice page."""

from django.urls import URLPattern, path

from tincay.intake import views
from tincay.intake.questions import KINDS

urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    path("send/", views.send, name="send"),
    path("kept/", views.check_receipt, name="check_receipt"),
    *[path(f"{kind}/", views.tell, {"kind": kind}, name=kind) for kind in KINDS],
    *[path(f"{kind}/plain/", views.plain, {"kind": kind}, name=f"{kind}_plain") for kind in KINDS],
]
