"""Addresses of the house itself."""

from django.urls import URLPattern, path

from tincay.web import views

urlpatterns: list[URLPattern] = [path("history/", views.history, name="history")]
