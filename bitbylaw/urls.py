"""All addresses of the hub."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from syncapp.webhooks import google

handler500 = "syncapp.api.troubles.trouble"
admin.autodiscover()
urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("vmh/webhook/", include("syncapp.webhooks.urls")),
    path("google/calendar/push", google.push, name="google-push"),
    path("advoware/", include("syncapp.proxy.urls")),
    path("api/v1/", include("syncapp.programs.urls")),
    path("", include("syncapp.api.urls")),
]
