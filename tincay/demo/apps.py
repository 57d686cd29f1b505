"""An invented year, for looking and trying. Nobody may import it."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "tincay.demo"
