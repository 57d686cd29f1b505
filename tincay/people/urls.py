"""Signing in, and the two ways to prove it is really you. Names are allauth's: it refers to itself by them."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from tincay.people import views

# allauth brings sign-up, addresses and resets by mail as well; they have no URL here, so they do not exist.
urlpatterns = [
    path("", views.SignInPage.as_view(), name="account_login"),
    path("out/", views.SignOutPage.as_view(), name="account_logout"),
    path("paused/", account.account_inactive, name="account_inactive"),
    path("again/", views.wait_when_busy(account.reauthenticate), name="account_reauthenticate"),
    path("password/", views.wait_when_busy(account.password_change), name="account_change_password"),
    path("second/", mfa.authenticate, name="mfa_authenticate"),
    path("second/again/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("second/mine/", mfa.index, name="mfa_index"),
    path("second/app/", totp.activate_totp, name="mfa_activate_totp"),
    path("second/app/remove/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("second/passkeys/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("second/passkeys/add/", webauthn.add_webauthn, name="mfa_add_webauthn"),
    path("second/passkeys/again/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("second/passkeys/<int:pk>/remove/", views.RemovePasskey.as_view(), name="mfa_remove_webauthn"),
    path("passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("confirmed/", views.confirmed, name="confirmed"),
    path("sessions/", views.sessions, name="sessions"),
    path("sessions/end/", views.end_one, name="end_one_session"),
    path("sessions/others/", views.end_others, name="end_other_sessions"),
    path("still-here/", views.still_here, name="still_here"),
    path("notices/<int:notice_id>/dismiss/", views.dismiss, name="dismiss_access_notice"),
]
