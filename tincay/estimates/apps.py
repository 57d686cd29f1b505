"""Figures that people quote, what lists can say about those whom nobody saw, and how far either can be trusted."""

from django.apps import AppConfig


class EstimatesConfig(AppConfig):
    name = "tincay.estimates"
