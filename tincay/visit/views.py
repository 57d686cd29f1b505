"""Pages behind a receipt."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def door(request: HttpRequest) -> HttpResponse:
    return render(request, "visit/door.html")
