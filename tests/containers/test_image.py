"""What is in the image, and what is not."""

from __future__ import annotations

import json
import re

from tests.containers.podman import Podman

SECRETS = re.compile(r"SECRET|PASSWORD|API_KEY|TOKEN", re.IGNORECASE)


def inside(engine: Podman, image: str, *command: str, user: str = "10001") -> str:
    return engine("run", "--rm", "--network", "none", "--user", user, *engine.limits, image, *command)


def test_nobody_in_it_is_root(engine: Podman, image: str) -> None:
    assert engine("run", "--rm", "--network", "none", *engine.limits, image, "id", "-u") == "10001"
    code, _ = engine.tried("run", "--rm", "--network", "none", *engine.limits, image, "touch", "/app/manage.py")
    assert code != 0


def test_no_secret_is_in_its_history_or_its_environment(engine: Podman, image: str) -> None:
    history = engine("history", "--no-trunc", "--format", "{{.CreatedBy}}", image)
    assert "gunicorn" in history
    assert not SECRETS.search(history)
    environment = json.loads(engine("inspect", "--format", "{{json .Config.Env}}", image))
    assert not [each for each in environment if SECRETS.search(each)]


def test_it_holds_the_program_and_nothing_of_the_workshop(engine: Podman, image: str) -> None:
    found = set(inside(engine, image, "ls", "-A", "/app").split())
    assert found == {"bitbylaw", "manage.py", "requirements.txt", "staticfiles", "syncapp", "templates"}


def test_pages_find_their_files(engine: Podman, image: str) -> None:
    assert "staticfiles.json" in inside(engine, image, "find", "/app", "-name", "staticfiles.json")


def test_it_is_small(engine: Podman, image: str) -> None:
    """Beside the base image, which is others': what nothing reads is taken out."""
    megabytes = [int(line.split()[0]) for line in inside(engine, image, "du", "-sm", "/opt/venv", "/app").splitlines()]
    assert sum(megabytes) < 200
    lacking = ("*/geodata", "*/discovery_cache/documents/drive.v3.json", "*/pycountry/locales", "*/site-packages/pip")
    for pattern in lacking:
        assert inside(engine, image, "find", "/opt/venv", "-path", pattern) == ""
    assert inside(engine, image, "find", "/app/staticfiles", "-name", "*.map*") == ""


def test_what_a_running_hub_does_not_need_is_gone(engine: Podman, image: str) -> None:
    """From the image, not only from sight: one layer holds the system, and dpkg's list says the same."""
    programs = "apt-get dpkg-reconfigure gpgv mount passwd perl pip su unshare useradd"
    assert inside(engine, image, "sh", "-c", f"for each in {programs}; do command -v $each; done; true") == ""
    assert inside(engine, image, "find", "/", "-xdev", "-type", "f", "-perm", "/6000", user="0") == ""
    known = set(inside(engine, image, "dpkg-query", "--show", "--showformat", "${Package}\\n").split())
    assert {"libc6", "libpq5", "libssl3", "ca-certificates", "tzdata"} <= known
    assert not {"apt", "perl-base", "mount", "passwd"} & known
    copies = [each for each in engine("history", "--format", "{{.Size}}", image).splitlines() if each != "0 B"]
    assert len(copies) == 4


def test_the_system_is_whole(engine: Podman, image: str) -> None:
    """What was copied, and what is asked of it: owners, links, names, languages, time, certificates, libraries."""
    assert inside(engine, image, "stat", "--format", "%u %a", "/var/tmp/hub") == "10001 700"
    assert inside(engine, image, "stat", "--format", "%a", "/tmp") == "1777"
    assert inside(engine, image, "readlink", "/bin") == "usr/bin"
    program = """
import ctypes, importlib, locale, os, pathlib, pwd, socket, ssl, time, zoneinfo
paths = ssl.get_default_verify_paths()
assert paths.cafile or os.listdir(paths.capath)
assert locale.getpreferredencoding(False) == "UTF-8"
assert pwd.getpwuid(os.getuid()).pw_name == "hub"
assert socket.getservbyname("https") == 443
assert zoneinfo.ZoneInfo("Europe/Berlin").key in zoneinfo.available_timezones()
os.environ["TZ"] = "Europe/Berlin"
time.tzset()
assert time.tzname == ("CET", "CEST")
for name in "bz2 ctypes curses hashlib lzma readline sqlite3 ssl uuid zlib".split():
    importlib.import_module(name)
for path in pathlib.Path("/opt/venv").rglob("*.so"):
    ctypes.CDLL(str(path), mode=os.RTLD_LAZY)
print("whole")
"""
    assert inside(engine, image, "python", "-c", program) == "whole"


def test_nothing_is_compiled_at_a_start(engine: Podman, image: str) -> None:
    """Nobody could keep it: the root is read-only."""
    program = """
import asyncio, os, sys, django, rest_framework, bitbylaw.config, syncapp.engine
found = [module.__name__ for module in list(sys.modules.values()) if getattr(module, "__cached__", None)]
assert len(found) > 200
print([name for name in found if not os.path.exists(sys.modules[name].__cached__)])
"""
    assert inside(engine, image, "python", "-c", program) == "[]"


def test_it_speaks_with_postgresql(engine: Podman, image: str) -> None:
    for program in ("pg_dump", "pg_restore"):
        assert "(PostgreSQL)" in inside(engine, image, program, "--version")


def test_what_was_left_in_is_enough(engine: Podman, image: str) -> None:
    """What needs the data of packages, most of which is taken out."""
    program = """
from syncapp.clients.google.building import api
from syncapp.flows.lens.banks import iban
from syncapp.flows.lens.descriptions import plain
from syncapp.flows.lens.phones import Phone
print(iban("DE89 3704 0044 0532 0130 00"), Phone().get("0511 123456"), plain("<p>aä€😀</p>"))
print(bool(api("https://x.example")))
"""
    told = inside(engine, image, "python", "-c", program)
    assert told.split() == ["DE89370400440532013000", "+49511123456", "aä€😀", "True"]
