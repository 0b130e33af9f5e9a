"""The settings of `manage.py demo`: those of real use, with the static files in the demo's own folder."""

from bitbylaw.demo_environment import folder
from bitbylaw.settings import *  # noqa: F403

STATIC_ROOT = folder() / "static"
