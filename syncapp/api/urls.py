"""For machines: health, metrics, and the description of the API."""

from __future__ import annotations

from django.contrib.admin.views.decorators import staff_member_required
from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import IsAdminUser

from syncapp.api.health import LiveView, ReadyView
from syncapp.api.metrics import metrics

urlpatterns = [
    path("health/live", LiveView.as_view(), name="health-live"),
    path("health/ready", ReadyView.as_view(), name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("api/schema/", SpectacularAPIView.as_view(permission_classes=[IsAdminUser]), name="api-schema"),
    # The split view keeps its script in a file of its own: the security policy allows none inside of pages.
    path(
        "api/docs/",
        staff_member_required(SpectacularSwaggerSplitView.as_view(url_name="api-schema"), login_url="admin:login"),
        name="api-docs",
    ),
]
