"""The proxy as the register knows it: it receives and passes on; nothing runs because of it."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from syncapp.events.spec import Flow, StepSpec, http


def flow() -> Flow:
    methods = ("GET", "POST", "PUT", "DELETE")
    return Flow(
        "proxy",
        _("Other programs on their way to Advoware"),
        steps=(
            StepSpec(
                "advoware_proxy",
                _("Passes calls of other programs on to Advoware"),
                tuple(http(f"{method} /advoware/proxy") for method in methods),
                systems=("advoware",),
                title=_("Proxy to Advoware"),
            ),
        ),
    )
