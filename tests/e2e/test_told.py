"""The whole story, with real workers and a real mail server: xAI goes down, after 15 minutes there is one mail; it is
back, and there is another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox.running import SandboxProcess
from tests.installation import Installation, until
from tests.mailbox import FROM, HUB, mailbox
from tests.world import sandbox_settings

pytestmark = pytest.mark.e2e
SECONDS = 120
KARL = "karl@example.org"
_KARL = f"""
from django.contrib.auth.models import Group, User
from syncapp.models import NoticeChoice
karl = User.objects.create_user("karl", "{KARL}", "a long and harmless one", is_staff=True)
karl.groups.add(Group.objects.get(name="Hub-Betreuung"))
NoticeChoice.objects.create(user=karl, kinds=["systems"], digest=False)
"""
_LOOK = """
from syncapp.engine.queue import sync_requests
from syncapp.models import Urgency
sync_requests.request([sync_requests.Target("document_sync", "CDokumente", "dokument")], urgency=Urgency.EVENT)
"""


def test_xai_goes_down_and_comes_back_and_karl_gets_two_mails(tmp_path: Path) -> None:
    with SandboxProcess() as sandbox, mailbox() as box:
        told = {
            "EMAIL_URL": f"smtp://127.0.0.1:{box.port}",
            "EMAIL_FROM": FROM,
            "HUB_URL": HUB,
            "DJANGO_LANGUAGE": "de",
        }
        ours = {name: str(value) for name, value in sandbox_settings(sandbox).items()}
        with Installation.fresh(tmp_path, **ours, **told, MATTER_ENTITIES="{}") as hub:
            hub.manage("setup_schedules")
            hub.manage("shell", "-c", _KARL)
            sandbox.client.create("Raeumungsklage", {"name": "Muster", "status": "active"}, id="klage")
            sandbox.client.create("CDokumente", {"name": "Vertrag"}, id="dokument")
            sandbox.client.upload_file("dokument", "vertrag.txt", b"Mietvertrag")
            sandbox.client.link("CDokumente", "dokument", "raeumungsklages", "klage")
            sandbox.client.add_fault("status", system="xai", status=503, times=None)
            hub.manage("shell", "-c", _LOOK)
            hub.start("worker", "--workers", "2")
            hub.wait_for("SELECT 1 FROM syncapp_system WHERE name = 'xai' AND state = 'down'", seconds=SECONDS)

            hub.manage("schedule", "run", "hub.notify")
            assert box.mails == []  # a short outage is nobody's business
            hub.sql(
                "UPDATE syncapp_system SET since = ? WHERE name = 'xai'", str(datetime.now(UTC) - timedelta(minutes=15))
            )
            _by_a_worker(hub)
            until(lambda: box.mails, SECONDS, hub.log)
            sandbox.client.clear_faults()
            hub.wait_for("SELECT 1 FROM syncapp_system WHERE name = 'xai' AND state = 'up'", seconds=SECONDS)
            hub.manage("schedule", "run", "hub.notify")
            until(lambda: len(box.mails) > 1, SECONDS, hub.log)
            hub.manage("schedule", "run", "hub.notify")
    assert box.to(KARL) == ["[BitByLaw Hub] Neu: xAI antwortet nicht", "[BitByLaw Hub] xAI antwortet wieder"]
    assert f"{HUB}/admin/hub/systems/" in box.text(0)


def _by_a_worker(hub: Installation) -> None:
    """Due at once; the queue looks every half a minute, so only one of the four looks goes this way."""
    (before,) = hub.sql("SELECT started_at FROM syncapp_scheduledjob WHERE name = 'hub.notify'")
    now = str(datetime.now(UTC) - timedelta(seconds=1))
    hub.sql("UPDATE django_q_schedule SET next_run = ? WHERE name = 'hub.notify'", now)
    hub.wait_for(
        "SELECT 1 FROM syncapp_scheduledjob WHERE name = 'hub.notify' AND ended_at >= started_at AND started_at > ?",
        str(before[0] or "2020-01-01 00:00:00"),
        seconds=SECONDS,
    )
