"""What the page about the API says of the hub's health, and from where it takes the rest.

The descriptions and what reads them are as large as all of the hub's own pages, and hardly anybody opens that page:
they are loaded when it is asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_view

from syncapp.api.health import LiveView, ReadyView

# Each describes the views of its room as it is loaded; these rooms lie above this one, so they are named only.
OTHERS = ("syncapp.webhooks.description", "syncapp.proxy.description", "syncapp.programs.description")

_STATE = OpenApiTypes.OBJECT
extend_schema_view(get=extend_schema(summary="Is the web process alive?", responses={200: _STATE}))(LiveView)
extend_schema_view(get=extend_schema(summary="Can the hub do its work?", responses={200: _STATE, 503: _STATE}))(
    ReadyView
)


def describe(endpoints: Any) -> Any:
    """drf-spectacular calls it before it looks at any view, whoever asks: the page or `manage.py spectacular`."""
    for module in OTHERS:
        import_module(module)
    return endpoints
