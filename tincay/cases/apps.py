"""The helpers' work on a report, from the first look to handled."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "tincay.cases"
