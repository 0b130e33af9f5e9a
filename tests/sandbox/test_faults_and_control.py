import signal
import subprocess
import sys
import threading
import time

import pytest
import requests

from sandbox.client import SandboxError
from sandbox.running import TOP, SandboxProcess


@pytest.fixture
def account(client):
    return client.create("Account", {"name": "A"})


def test_a_status_with_headers_and_body_comes_after_and_times(espo, client, account):
    client.add_fault(
        "status",
        system="espocrm",
        path="Account",
        after=1,
        times=2,
        status=429,
        headers={"Retry-After": "1"},
        body="{}",
    )
    answers = [espo("GET", f"Account/{account}") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 429, 429, 200]
    assert answers[1].headers["Retry-After"] == "1"
    assert [call["fault"] for call in client.calls()] == [None, "status", "status", None]


def test_the_first_rule_that_fits_wins(espo, files, client):
    client.add_fault("status", system="xai*", times=None, status=500)
    client.add_fault("status", method="GET", path=r"maxSize=7$", times=None, status=501)
    client.add_fault("status", times=None, status=502)
    assert espo("GET", "Account?maxSize=7").status_code == 501
    assert espo("GET", "Account").status_code == 502
    assert files("GET", "files").status_code == 500
    assert client.clear_faults() == 3
    assert files("GET", "files").status_code == 200


@pytest.mark.parametrize(("kind", "happens"), [("cut_before", False), ("cut_after", True)])
def test_a_cut_connection_with_and_without_effect(espo, client, account, kind, happens):
    client.add_fault(kind, system="espocrm", method="PUT")
    with pytest.raises(requests.ConnectionError):
        espo("PUT", f"Account/{account}", json={"name": "B"})
    assert (client.get("Account", account)["name"] == "B") is happens
    assert client.calls()[-1]["status"] is None
    assert espo("GET", f"Account/{account}").status_code == 200


def test_garbage_with_effect(espo, client, account):
    client.add_fault("garbage")
    answer = espo("PUT", f"Account/{account}", json={"name": "B"})
    assert answer.status_code == 200
    with pytest.raises(requests.JSONDecodeError):
        answer.json()
    assert client.get("Account", account)["name"] == "B"


def test_a_truncated_download(espo, client):
    document = client.create("CDokumente", {"name": "D"})
    attachment = client.upload_file(document, "a.txt", b"x" * 1000)
    client.add_fault("truncated", path="Attachment/file")
    with pytest.raises(requests.exceptions.ChunkedEncodingError, match="500"):
        espo("GET", f"Attachment/file/{attachment}")


def test_delay_and_latency(espo, files, client):
    client.add_fault("delay", delay=0.2)
    client.settings(latency={"xai": 0.1})
    begun = time.monotonic()
    espo("GET", "Account")
    assert time.monotonic() - begun >= 0.2
    begun = time.monotonic()
    files("GET", "files")
    assert time.monotonic() - begun >= 0.1
    with pytest.raises(SandboxError, match="wants a value of type float"):
        client.settings(espocrm_webhook_interval="soon")
    with pytest.raises(SandboxError, match="There is no setting"):
        client.settings(nothing=1)


@pytest.mark.parametrize(("moment", "name"), [("before", "A"), ("after", "B")])
def test_a_held_call_goes_on_when_released(espo, client, account, moment, name):
    client.add_fault("hold", method="PUT", hold=moment)
    answers = []
    call = threading.Thread(target=lambda: answers.append(espo("PUT", f"Account/{account}", json={"name": "B"})))
    call.start()
    client.wait_held()
    assert client.get("Account", account)["name"] == name
    assert client.release() == 1
    call.join(60)
    assert answers[0].json()["name"] == "B"
    assert client.waiting() == 0


def test_the_call_log_can_be_asked_bounded_and_switched_off(espo, files, client, account):
    espo("GET", f"Account/{account}?select=name")
    files("GET", "files")
    first, second = client.calls()
    assert (first["system"], first["method"], first["route"]) == ("espocrm", "GET", "/espocrm/api/v1/Account/{id}")
    assert first["path"].endswith("?select=name")
    assert first["bytes_out"] > 0
    assert client.calls(since=first["number"]) == client.calls(system="xai") == [second]
    client.settings(log_calls=False)
    files("GET", "files")
    assert len(client.calls()) == 2
    assert [row["count"] for row in client.counts()] == [1, 2]
    client.clear_calls()
    assert client.calls() == client.counts() == []


def test_states_are_complete_and_a_reset_empties_them(client, account):
    state = client.state("espocrm")
    assert [row["id"] for row in state["records"]["Account"]] == [account]
    assert client.state("xai") == {"files": [], "collections": []}
    client.settings(xai_rate_per_minute=5)
    client.reset()
    assert client.state("espocrm")["records"]["Account"] == []
    assert client.settings()["xai_rate_per_minute"] == 0
    with pytest.raises(SandboxError, match="404"):
        client.state("telex")
    with pytest.raises(SandboxError, match="404"):
        client.call("POST", "scenes/flood", {})
    with pytest.raises(SandboxError, match="regular expression"):
        client.add_fault("status", path="(")
    with pytest.raises(SandboxError, match="There is no fault"):
        client.add_fault("flood")


def test_a_port_that_there_is_not_is_said_in_words():
    done = subprocess.run(
        [sys.executable, "-m", "sandbox", "--port", "99999"], cwd=TOP, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "Cannot listen on 127.0.0.1:99999" in done.stderr


def test_the_program_starts_seeded_and_ends_with_a_signal():
    with SandboxProcess("--seed", "demo", "--set", "xai_indexing_seconds=0.1") as process:
        assert len(process.client.state("espocrm")["records"]["CDokumente"]) >= 14
        assert process.client.settings()["xai_indexing_seconds"] == 0.1
        port = process.url.rpartition(":")[2]
        busy = subprocess.run(
            [sys.executable, "-m", "sandbox", "--port", port], cwd=TOP, capture_output=True, text=True, check=False
        )
        assert busy.returncode == 2
        assert "Cannot listen" in busy.stderr
        process.process.send_signal(signal.SIGINT)
        assert process.process.wait(60) == 0
