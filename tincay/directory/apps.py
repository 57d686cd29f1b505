"""Who can be asked for what: provinces, services, telephone numbers, posts, the calendar."""

from django.apps import AppConfig


class DirectoryConfig(AppConfig):
    name = "tincay.directory"
