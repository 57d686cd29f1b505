from django.urls import path

from tincay.log import views

urlpatterns = [
    path("", views.overview, name="log"),
    path("check/", views.check_yourself, name="log_check"),
    path("checkpoint", views.checkpoint, name="log_checkpoint"),
    path("policy", views.policy, name="log_policy"),
    path("tile/<path:path>", views.tile, name="log_tile"),
    path("log.tar", views.download, name="log_download"),
]
