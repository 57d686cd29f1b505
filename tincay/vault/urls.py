"""Staff pages about keys: the own one, and who holds which desk's."""

from django.urls import path

from tincay.vault import views

urlpatterns = [
    path("key/", views.my_key, name="my_key"),
    path("key/new/", views.new_key, name="new_key"),
    path("key/set/", views.set_my_key, name="set_my_key"),
    path("desks/", views.desks, name="desks"),
    path("desks/<slug:code>/join/", views.join_desk, name="join_desk"),
    path("desks/<slug:code>/leave/<int:user_id>/", views.leave_desk, name="leave_desk"),
    path("desks/<slug:code>/key/", views.desk_key, name="desk_key"),
]
