"""The steward's pages."""

from django.urls import path

from tincay.operations import views

urlpatterns = [
    path("calendar/", views.calendar, name="calendar"),
    path("numbers/", views.numbers, name="numbers"),
    path("health/", views.system_health, name="health"),
]
