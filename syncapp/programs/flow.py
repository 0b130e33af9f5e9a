"""The hub's own API as the register knows it: what it has done is asked of the steps by their records, by no topic."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Flow, StepSpec, http

ENTITY, RECORD = "/api/v1/entities/{entity_type}/{entity_id}", "/api/v1/records/{number}"
READS = (ENTITY, RECORD, "/api/v1/open", "/api/v1/steps")
ACTS = (f"{ENTITY}/sync", f"{ENTITY}/retry", f"{RECORD}/retry")


def flow() -> Flow:
    return Flow(
        "programs",
        _("Other programs ask the hub itself"),
        steps=(
            StepSpec(
                "hub_api_read",
                _("Tells other programs how entities stand and what is open"),
                tuple(http(f"GET {path}") for path in READS),
                title=_("Questions of programs"),
            ),
            StepSpec(
                "hub_api_act",
                _("Has an entity or a record looked at when other programs ask for it"),
                tuple(http(f"POST {path}") for path in ACTS),
                title=_("Requests of programs"),
            ),
        ),
    )
