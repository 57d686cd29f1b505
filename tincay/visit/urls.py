"""Addresses behind a receipt. None holds a code, a name or anything about a report."""

from django.urls import URLPattern, path

from tincay.visit import views

urlpatterns: list[URLPattern] = [
    path("", views.door, name="back"),
]
