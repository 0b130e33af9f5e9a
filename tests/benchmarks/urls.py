"""The hub's addresses and the bare view, in one server."""

from django.urls import path

from bitbylaw.urls import urlpatterns as of_the_hub
from tests.benchmarks.bare import BareView

urlpatterns = [path("bench/bare", BareView.as_view()), *of_the_hub]
