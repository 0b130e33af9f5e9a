"""What is large is loaded by who needs it: told by the names of modules, in processes that have loaded nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from django.conf import settings

from syncapp.management.supervising import LARGE
from tests import engines

COMMANDS = sorted(path.stem for path in Path(settings.BASE_DIR, "syncapp/management/commands").glob("[a-z]*.py"))
PAGES = {"syncapp.admin", "unfold.admin", "rest_framework.views", "bitbylaw.urls"}
SELDOM = {"drf_spectacular.openapi", "segno", "django.test", "pygments", "yaml"}  # for single pages, or for none
WIRE = {"requests", "urllib3", "googleapiclient", "google.auth", "httplib2", "pyparsing"}
TEXTS = {"phonenumbers", "schwifty", "inscriptis", "lxml"}
OF_THE_GROWN_UP = {"redis", "django_redis"}  # for who has configured it
HEAVY = PAGES | SELDOM | WIRE | TEXTS | OF_THE_GROWN_UP
ASK_THE_SANDBOX = {"demo": WIRE, "sandbox": WIRE}  # over the wire
TELLS_OF_ONE = """
import atexit, json, runpy, sys
sys.argv[0] = "manage.py"
atexit.register(lambda: print("\\n" + json.dumps(sorted(sys.modules))))
runpy.run_path("manage.py", run_name="__main__")
"""
TELLS_OF_ALL = """
import json, os, sys
import django
django.setup()
from django.core.management import load_command_class
for name in sys.argv[1:]:
    if child := os.fork():
        os.waitpid(child, 0)
        continue
    load_command_class("syncapp", name).create_parser("manage.py", name)
    print(json.dumps([name, sorted(sys.modules)]), flush=True)
    os._exit(0)
"""


def said_by(program: str, *words: str, **more: str) -> list[str]:
    environment = {**os.environ, **engines.clean_environment(), "DJANGO_SETTINGS_MODULE": "bitbylaw.settings"}
    environment |= {"DJANGO_DEBUG": "1", "DATABASE_URL": "sqlite://:memory:"} | more
    command = [sys.executable, "-c", program, *words]
    said = subprocess.run(command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    return said.stdout.splitlines()


def loaded_by(*words: str) -> set[str]:
    return set(json.loads(said_by(TELLS_OF_ONE, *words)[-1]))


def test_the_names_below_are_those_of_modules_there_are() -> None:
    assert [name for name in sorted(HEAVY) if find_spec(name) is None] == []


def test_a_command_loads_nothing_large_before_it_is_told_what_to_do() -> None:
    loaded = dict(map(json.loads, said_by(TELLS_OF_ALL, *COMMANDS)))
    assert sorted(loaded) == COMMANDS
    large = {name: HEAVY & set(modules) - ASK_THE_SANDBOX.get(name, set()) for name, modules in loaded.items()}
    assert {name: found for name, found in large.items() if found} == {}


def test_nor_does_one_that_tells_what_is_declared() -> None:
    """With the checks that every command makes, the register, and what the settings stand on."""
    loaded = loaded_by("steps")
    assert {"syncapp.checks", "syncapp.flows.beteiligte.flow"} <= loaded
    assert loaded & HEAVY == set()


def test_the_version_is_told_by_a_process_that_loads_next_to_nothing() -> None:
    parts = ("syncapp", "pydantic", "django.db.models", "bitbylaw.settings")
    assert [name for name in sorted(loaded_by("version")) if name.startswith(parts)] == []


def test_the_health_check_of_a_container_loads_no_model() -> None:
    loaded = loaded_by("worker", "--check")
    assert {"django.db", "syncapp.engine.workers.proof"} <= loaded
    assert loaded & (HEAVY | {"syncapp.models", "django.contrib.auth", "django_q", "redis", "psutil", "rich"}) == set()


def test_what_watches_web_server_and_workers_loads_neither_django_nor_settings() -> None:
    loaded = set(said_by("import sys, syncapp.management.watching; print(*sys.modules, sep='\\n')"))
    assert "syncapp.engine.workers.processes" in loaded
    assert {
        name for name in loaded if name.partition(".")[0] in {"django", "pydantic", "structlog", "asyncio"}
    } == set()


def test_the_supervisor_holds_what_runs_are_made_of_and_no_page() -> None:
    program = "import sys, django; django.setup(); from syncapp.management import supervising; supervising._load(); "
    loaded = set(said_by(program + "print(*sys.modules, sep='\\n')"))
    assert {"syncapp.jobs", "syncapp.flows.calendar.sync", "syncapp.flows.documents.sync"} <= loaded
    assert loaded & HEAVY == set()


def test_with_its_systems_it_holds_what_speaks_to_them_for_all_workers() -> None:
    assert {name for names in LARGE.values() for name in names if find_spec(name) is None} == set()
    settings_of_espocrm = {"ESPOCRM_API_BASE_URL": "https://crm.example.org", "ESPOCRM_API_KEY": "k"}
    program = "import sys, django; django.setup(); from syncapp.management import supervising; supervising._load(); "
    loaded = set(said_by(program + "print(*sys.modules, sep='\\n')", **settings_of_espocrm))
    assert "requests" in loaded
    assert loaded & {"googleapiclient", "phonenumbers"} == set()


def test_who_checks_everything_loads_all_that_runs_and_all_pages() -> None:
    loaded = loaded_by("check")
    assert loaded >= PAGES | {"syncapp.jobs", "syncapp.flows.calendar.sync", "syncapp.flows.documents.sync"}
    assert loaded & (SELDOM | {"psycopg"}) == set(), "Django REST and the theme load what they find installed"


SERVE = "import gc, sys, bitbylaw.wsgi; print(*sys.modules, sep='\\n'); print(gc.isenabled(), gc.get_freeze_count())"


@pytest.mark.parametrize(
    ("url", "is_loaded"), [("sqlite://:memory:", False), ("postgres://hub@db.example.org/hub", True)]
)
def test_the_web_server_has_loaded_all_pages_and_nothing_that_hardly_any_needs(url: str, is_loaded: bool) -> None:
    *loaded, garbage = said_by(SERVE, DATABASE_URL=url)
    assert set(loaded) >= PAGES
    assert set(loaded) & (SELDOM | WIRE | TEXTS) == set()
    assert ("psycopg.connection" in loaded) is is_loaded
    looks, frozen = garbage.split()
    assert (looks, int(frozen) > 10_000) == ("True", True)


DESCRIBE = """
import bitbylaw.wsgi
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiYamlRenderer
schema = SchemaGenerator().get_schema(public=True)
told = schema["paths"]["/api/v1/entities/{entity_type}/{entity_id}"]["get"]["summary"]
print(told, OpenApiYamlRenderer().render(schema, renderer_context={}).decode()[:7])
"""


def test_the_web_server_can_still_describe_the_api_when_somebody_asks() -> None:
    assert said_by(DESCRIBE)[-1] == "How an entity stands openapi"


def test_a_command_looks_for_garbage_when_it_gets_to_its_work_and_not_through_what_was_loaded() -> None:
    said = said_by(TELLS_OF_ONE, "shell", "-v", "0", "-c", "import gc; print(gc.isenabled(), gc.get_freeze_count())")
    looks, frozen = next(line for line in said if line.startswith(("True", "False"))).split()
    assert (looks, int(frozen) > 10_000) == ("True", True)


def test_a_process_that_has_run_no_flow_tells_in_words_what_flows_wrote() -> None:
    program = "import django; django.setup(); from syncapp.words import journal_words; "
    said = said_by(program + "print(journal_words.write_in_words('update'))", DJANGO_LANGUAGE="de")
    assert said == ["Felder im CRM geschrieben"]
