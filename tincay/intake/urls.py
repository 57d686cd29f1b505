"""Addresses that say nothing: what stands in the history of a shared phone could be any advice page."""

from django.urls import URLPattern, path

from tincay.intake import views

urlpatterns: list[URLPattern] = [
    path("", views.front, name="front"),
    path("send/", views.send, name="send"),
    path("kept/", views.check_receipt, name="check_receipt"),
    *[path(f"{kind}/", views.tell, {"kind": kind}, name=kind) for kind in ("help", "tell", "warn", "ask")],
]
