"""Addresses of the pages to read; nothing in them tells what they are about."""

from django.urls import path

from tincay.directory import views

urlpatterns = [
    path("", views.guide, name="guide"),
    path("history/", views.history, name="history"),
    path("places/", views.places, name="places"),
    path("keys/", views.keys, name="keys"),
    path("law/", views.law, name="law"),
]
