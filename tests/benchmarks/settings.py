"""The hub's own settings, with a bare view and a table of the benchmark's beside the hub's."""

from bitbylaw.settings import *  # noqa: F403
from bitbylaw.settings import INSTALLED_APPS, STORAGES

INSTALLED_APPS += ["tests.benchmarks"]
ROOT_URLCONF = "tests.benchmarks.urls"
# The pages of the admin are measured too, without collecting static files before.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
