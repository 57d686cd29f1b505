"""Organisations, desks, users, their roles and public keys; the names of all rights."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "tincay.people"
