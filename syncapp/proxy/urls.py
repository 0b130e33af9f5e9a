from __future__ import annotations

from django.urls import path

from syncapp.proxy.views import ProxyView

urlpatterns = [path("proxy", ProxyView.as_view(), name="advoware-proxy")]
