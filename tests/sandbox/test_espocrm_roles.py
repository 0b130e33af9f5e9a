"""What an API user may do that an administrator made: what its roles grant, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from sandbox.espocrm.config import ADMIN, ADMIN_PASSWORD
from sandbox.running import Running, SandboxThread

FULL = {"create": "yes", "read": "all", "edit": "all", "delete": "no", "stream": "no"}
READ = {"create": "no", "read": "all", "edit": "no", "delete": "no", "stream": "no"}


@pytest.fixture
def crm() -> Iterator[Running]:
    with SandboxThread() as running:
        yield running


def ask(crm: Running, method: str, path: str, key: str = "", **more: Any) -> requests.Response:
    who: Any = {"headers": {"X-Api-Key": key}} if key else {"auth": (ADMIN, ADMIN_PASSWORD)}
    return requests.request(method, f"{crm.espocrm_url}/{path}", timeout=10, **who, **more)


def user(crm: Running, role: dict[str, Any] | None) -> str:
    """The key of a new API user with this role."""
    roles = []
    if role is not None:
        made = ask(crm, "POST", "Role", json={"name": "R", **role})
        assert made.status_code == 200
        roles = [made.json()["id"]]
    body = {"userName": "hub", "type": "api", "authMethod": "ApiKey", "isActive": True, "rolesIds": roles}
    return str(ask(crm, "POST", "User", json=body).json()["apiKey"])


def test_without_a_role_it_sees_nothing(crm: Running) -> None:
    key = user(crm, None)
    assert ask(crm, "GET", "CDokumente", key).status_code == 403
    answer = ask(crm, "GET", "Metadata?key=entityDefs.CDokumente", key)
    assert (answer.status_code, answer.content) == (200, b"")
    assert set(ask(crm, "GET", "App/user", key).json()["acl"]["table"]) == {"Note", "Notification", "Attachment"}
    assert ask(crm, "POST", "Webhook", key, json={"event": "Account.update", "url": "http://x"}).status_code == 403


def test_it_may_what_its_role_grants(crm: Running) -> None:
    key = user(crm, {"data": {"Account": FULL, "CDokumente": READ, "Webhook": True}})
    account = crm.client.create("Account", {"name": "Muster"})
    document = crm.client.create("CDokumente", {"name": "Vertrag"})
    assert ask(crm, "PUT", f"Account/{account}", key, json={"website": "x"}).json()["website"] == "x"
    assert ask(crm, "GET", f"CDokumente/{document}", key).status_code == 200
    refused = ask(crm, "PUT", f"CDokumente/{document}", key, json={"name": "Anders"})
    assert (refused.status_code, refused.headers["X-Status-Reason"]) == (403, "No edit access.")
    assert ask(crm, "DELETE", f"Account/{account}", key).status_code == 403
    table = ask(crm, "GET", "App/user", key).json()["acl"]["table"]
    assert (table["CDokumente"]["read"], table["CDokumente"]["edit"]) == ("all", "no")


def test_a_role_that_grows_counts_at_once(crm: Running) -> None:
    key = user(crm, {"data": {}})
    role = ask(crm, "GET", "Role", params={"where[0][attribute]": "name", "where[0][value]": "R"}).json()["list"][0]
    ask(crm, "PUT", f"Role/{role['id']}", json={"data": {"Account": READ}})
    assert ask(crm, "GET", "Account", key).status_code == 200


def test_a_role_has_no_scope_attachment(crm: Running) -> None:
    assert ask(crm, "POST", "Role", json={"name": "R", "data": {"Attachment": FULL}}).status_code == 400


@pytest.mark.parametrize(
    ("role", "reason"),
    [
        ({"data": {"Task": FULL}, "assignmentPermission": "all"}, "No foreign record access for link operation"),
        ({"data": {"Task": FULL, "User": READ}}, "Assignment failure"),
        ({"data": {"Task": FULL, "User": READ}, "assignmentPermission": "all"}, ""),
    ],
)
def test_to_assign_it_must_see_the_user_and_may_assign(crm: Running, role: dict[str, Any], reason: str) -> None:
    key = user(crm, role)
    someone = crm.client.state("espocrm")["records"]["User"][0]["id"]
    answer = ask(crm, "POST", "Task", key, json={"name": "Prüfen", "assignedUserId": someone})
    assert answer.headers.get("X-Status-Reason", "").startswith(reason)
    assert (answer.status_code == 200) == (not reason)
