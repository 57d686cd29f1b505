"""Addresses behind a receipt. None holds a code, a name or anything about a report."""

from django.urls import URLPattern, path

from tincay.visit import consent_views, views

urlpatterns: list[URLPattern] = [
    path("", views.enter_code, name="back"),
    path("plain/", views.enter_code_plain, name="back_plain"),
    path("ask/", views.ask, name="visit_ask"),
    path("in/", views.prove, name="visit_prove"),
    path("now/", views.home, name="visit"),
    path("write/", views.write, name="visit_write"),
    path("add/", views.add, name="visit_add"),
    path("allow/", consent_views.consents, name="visit_consents"),
    path("allow/<slug:scope>/", consent_views.consent, name="visit_consent"),
    path("new-code/", views.new_code, name="visit_new_code"),
    path("late/", views.late, name="visit_late"),
    path("proof/", views.proof, name="visit_proof"),
    path("proof/leaf/", views.proof_leaf, name="visit_proof_leaf"),
    path("proof/file/", views.proof_file, name="visit_proof_file"),
    path("data/", views.data, name="visit_data"),
    path("delete/", views.delete, name="visit_delete"),
    path("done/", views.done, name="visit_done"),
    path("leave/", views.leave, name="visit_leave"),
    path("out/", views.out, name="visit_out"),
]
