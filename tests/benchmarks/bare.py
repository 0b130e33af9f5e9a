"""What intake is measured against: the least that a DRF view can do with a signed webhook."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from syncapp.webhooks import signatures
from tests.benchmarks.models import Bare


class BareView(APIView):
    """Checks the signature and inserts one row."""

    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request) -> Response:
        raw = request._request
        if signatures.sender(raw.body, raw.headers, settings.CONFIG.ESPOCRM_WEBHOOK_SECRETS) is None:
            return Response(status=401)
        Bare._default_manager.create(received_at=timezone.now(), body=raw.body)
        return Response({"status": "received"})
