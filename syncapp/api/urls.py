"""For machines: health, metrics, and the description of the API."""

from __future__ import annotations

from django.contrib.admin.views.decorators import staff_member_required
from django.urls import path

from syncapp.api import schema_views
from syncapp.api.health import LiveView, ReadyView
from syncapp.api.metrics import metrics

urlpatterns = [
    path("health/live", LiveView.as_view(), name="health-live"),
    path("health/ready", ReadyView.as_view(), name="health-ready"),
    path("metrics", metrics, name="metrics"),
    path("api/schema/", schema_views.schema, name="api-schema"),
    path("api/docs/", staff_member_required(schema_views.page, login_url="admin:login"), name="api-docs"),
]
