from __future__ import annotations

from django.urls import path

from syncapp.proxy.calendar import CalendarView
from syncapp.proxy.views import ProxyView

urlpatterns = [
    path("proxy", ProxyView.as_view(), name="advoware-proxy"),
    path("calendar/sync", CalendarView.as_view(), name="advoware-calendar-sync"),
]
