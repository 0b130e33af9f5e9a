"""The page about the API, and what it reads. What makes both is loaded when it is asked for: see `description`."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from rest_framework.permissions import IsAdminUser


def schema(request: HttpRequest) -> HttpResponseBase:
    from drf_spectacular.views import SpectacularAPIView

    return SpectacularAPIView.as_view(permission_classes=[IsAdminUser])(request)


def page(request: HttpRequest) -> HttpResponseBase:
    """Its script is a file of its own: the security policy allows none inside of pages."""
    from drf_spectacular.views import SpectacularSwaggerSplitView

    return SpectacularSwaggerSplitView.as_view(url_name="api-schema")(request)
