"""Which path means which entity type is configuration (WEBHOOK_ENTITIES)."""

from __future__ import annotations

from django.conf import settings
from django.urls import URLPattern, path

from syncapp.events.intake import LINK_PATH
from syncapp.events.topics import ACTIONS
from syncapp.webhooks.views import WebhookView


def _door(word: str, entity_type: str, action: str) -> URLPattern:
    view = WebhookView.as_view(path=word, entity_type=entity_type, action=action)
    return path(f"{word}/{action}", view, name=f"webhook-{word}-{action}")


urlpatterns = [
    *(_door(word, kind, action) for word, kind in settings.CONFIG.WEBHOOK_ENTITIES.items() for action in ACTIONS),
    *(_door(LINK_PATH, "", action) for action in ("link", "unlink")),
]
