"""`.env.example` explains every setting there is and no other, and what it shows as the default is the default."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import get_commands

from bitbylaw.config import BASE_DIR, Config
from bitbylaw.environment import ConfigError, load, misspelt, only_help

EXAMPLE = (BASE_DIR / ".env.example").read_text()
SETTING = re.compile(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
SPAN = re.compile(r"_(SECONDS|MINUTES|HOURS)$|_DAYS(_|$)")
# Shown with an invented value, because the default is empty and the form needs explaining.
INVENTED = {"ESPOCRM_WEBHOOK_SECRETS", "ESPOCRM_WEBHOOK_DOORS", "ESPOCRM_API_BASE_URL", "ESPOCRM_PARENT_STATUS"}
ONLY_COMPOSE = {"POSTGRES_PASSWORD", "HUB_PORT"}


@pytest.fixture
def everything_switched_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The example with every line uncommented, read as the hub reads it."""
    for name in Config.model_fields:
        monkeypatch.delenv(name, raising=False)
    lines = SETTING.sub(lambda m: f"{m[1]}={m[2]}", EXAMPLE).replace("DJANGO_SECRET_KEY=", "DJANGO_SECRET_KEY=a-key")
    path = tmp_path / "env"
    path.write_text(lines)
    monkeypatch.setenv("HUB_ENV_FILE", str(path))
    return load()


def test_every_setting_is_in_it_once_and_nothing_else() -> None:
    names = [name for name, _ in SETTING.findall(EXAMPLE)]
    assert sorted(names) == sorted({*Config.model_fields, *ONLY_COMPOSE})


def test_every_setting_is_explained() -> None:
    for block in EXAMPLE.split("\n\n"):
        lines = block.strip().splitlines()
        if any(SETTING.match(line) for line in lines):
            assert lines[0].startswith("# "), f"no explanation: {lines[0]}"


def test_every_line_can_be_read_as_it_stands(everything_switched_on: Config) -> None:
    assert everything_switched_on.ESPOCRM_WEBHOOK_SECRETS["64f0c1d2e3a4b5c6e"] == ("new", "old")
    assert everything_switched_on.WEBHOOK_ENTITIES["document"] == "CDokumente"


@pytest.mark.parametrize("name", sorted(set(Config.model_fields) - INVENTED - {"DJANGO_SECRET_KEY"}))
def test_what_it_shows_is_the_default(name: str, everything_switched_on: Config) -> None:
    assert getattr(everything_switched_on, name) == Config.model_fields[name].get_default(call_default_factory=True)


def _read(monkeypatch: pytest.MonkeyPatch, path: Path, text: str | bytes) -> str:
    for name in Config.model_fields:
        monkeypatch.delenv(name, raising=False)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("HUB_ENV_FILE", str(path))
    with pytest.raises(ConfigError) as caught:
        load()
    return str(caught.value)


def test_all_faults_are_named_at_once_and_never_a_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _read(
        monkeypatch,
        tmp_path / "env",
        """
QUEUE_WORKERS=geheim
ESPOCRM_API_BASE_URL=geheim
QUEUE_BROKER=redis
LOCK_TTL_SECONDS=5
WEBHOOK_ENTITIES={geheim
ADVOWARE_KOMMKZ=[1, 2]
ESPOCRM_WEBHOOK_SECRETS={"a": {"geheim": "geheim"}}
DATABASE_URL=mysql://geheim
REDIS_URL=geheim
ADVOWARE_PASWORD=geheim
BACKUP_RECIPIENT=AGE-SECRET-KEY-1geheim
xai_api_key=geheim
GEHEIM=geheim
HUB_PORT=8000
""",
    )
    named = [line.split(":")[0].strip() for line in told.splitlines()[1:]]
    assert named == [
        "ADVOWARE_KOMMKZ",
        "ADVOWARE_PASWORD",
        "BACKUP_RECIPIENT",
        "DATABASE_URL",
        "DJANGO_SECRET_KEY",  # a rule between two settings, though others have faults of their own
        "ESPOCRM_API_BASE_URL",
        "ESPOCRM_WEBHOOK_SECRETS.a",
        "LOCK_TTL_SECONDS",
        "QUEUE_BROKER",
        "QUEUE_WORKERS",
        "REDIS_URL",
        "WEBHOOK_ENTITIES",
        "xai_api_key",
    ]
    assert "geheim" not in told
    assert "do you mean ADVOWARE_PASSWORD?" in told
    assert "do you mean XAI_API_KEY?" in told


@pytest.mark.parametrize(
    ("setting", "address", "why"),
    [
        ("DATABASE_URL", "postgres://hub:geheim@pooler:6432/hub?pool_mode=statement", "pool_mode must be session or"),
        ("DATABASE_URL", "mysql://hub:geheim@there/hub", "must begin with sqlite:/// or postgres://"),
        ("REDIS_URL", "redis+sentinel://:geheim@there:26379/main", "must begin with redis://, rediss:// or unix://"),
        ("REDIS_URL", "redis-cluster://:geheim@there", "must begin with redis://, rediss:// or unix://"),
        ("DATABASE_URL", "postgres://hub:geheim@there", "names no database"),
        # A slash, a # or a ? in a password ends the host's part of an address.
        ("DATABASE_URL", "postgres://hub:geheim/2@there/hub", "can't be read; special characters"),
        ("DATABASE_URL", "postgres://hub:geheim#2@there/hub", "can't be read; special characters"),
        ("DATABASE_URL", "postgres://hub:geheim[2@there/hub", "can't be read; special characters"),
        ("DATABASE_URL", "postgres://hub:geheim@there:99999/hub", "can't be read; special characters"),
        ("REDIS_URL", "redis://:geheim?2@there:6379/0", "can't be read; special characters"),
        ("REDIS_URL", "redis://:geheim[2@there:6379/0", "can't be read; special characters"),
        ("REDIS_HOST", "[geheim", "must be the name of a computer and no more"),
        ("REDIS_HOST", "redis://:geheim@there", "must be the name of a computer and no more"),
        ("REDIS_PORT", "99999", "Input should be less than or equal to 65535"),
        ("ESPOCRM_API_BASE_URL", "https://[geheim", "can't be read; special characters"),
        ("HUB_URL", "https://geheim:99999", "can't be read; special characters"),
    ],
)
def test_an_address_that_would_not_work_is_refused_at_start(
    setting: str, address: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = _read(monkeypatch, tmp_path / "env", f"{setting}={address}\nDJANGO_DEBUG=1\n")
    assert f"{setting}: {why}" in told
    assert "geheim" not in told


@pytest.mark.parametrize("name", sorted(each for each in Config.model_fields if SPAN.search(each)))
@pytest.mark.parametrize("value", ["inf", "nan", "999999999"])
def test_no_span_of_time_is_longer_than_can_be_reckoned_with(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`KEEP_JOURNAL_DAYS=999999`, meant as for ever, ended every night's tidying before it had begun."""
    assert f"{name}: Input should be" in _read(monkeypatch, tmp_path / "env", f"DJANGO_DEBUG=1\n{name}={value}\n")


@pytest.mark.parametrize(
    "address",
    ["sqlite://:memory:", "postgres:///?service=hub", "postgres://hub:a%2Fb@[::1]:5432/hub?pool_mode=transaction"],
)
def test_an_address_that_works_is_taken(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_ENV_FILE", "")
    monkeypatch.setenv("DJANGO_SECRET_KEY", "a-key")
    monkeypatch.setenv("DATABASE_URL", address)
    assert address == load().DATABASE_URL


@pytest.mark.parametrize(("words", "code"), [(["sweep"], 1), (["sweep", "--help"], 0)])
def test_a_database_whose_folder_can_not_be_made_is_said_in_words(words: list[str], code: int, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    address = f"sqlite:///{tmp_path}/file/hub.sqlite3"
    env = {"PATH": os.environ["PATH"], "HUB_ENV_FILE": "", "DJANGO_SECRET_KEY": "a-key", "DATABASE_URL": address}
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False
    )
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert ("DATABASE_URL: the folder" in done.stderr) == bool(code)


def test_a_file_that_is_no_text_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = _read(monkeypatch, tmp_path / "env", "DJANGO_SECRET_KEY=gehüim".encode("latin-1"))
    assert told.endswith("env is not a text in UTF-8.")
    monkeypatch.setenv("HUB_ENV_FILE", str(tmp_path / "none"))
    with pytest.raises(ConfigError, match=r"none can't be read\."):
        load()


@pytest.mark.parametrize(
    "line",
    [
        "OBSERVE_ONLY: 1",
        "ADVOWARE_PASSWORD='geheim",
        'ADVOWARE_PASSWORD="geheim',
        "ADVOWARE_PASSWORD='geheim\nOBSERVE_ONLY=1\nADVOWARE_KANZLEI='1'",  # the next quote does not close it
        "ADVOWARE_PASSWORD='ge'heim",
        "set OBSERVE_ONLY=1",
        "OBSERVE_ONLY",
    ],
)
def test_a_line_that_can_not_be_read_is_named_and_not_skipped(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its `OBSERVE_ONLY=1` a hub would write, with nobody knowing."""
    told = _read(monkeypatch, tmp_path / "env", f"DJANGO_SECRET_KEY=a-key\n\n{line}\nQUEUE_WORKERS=2\n")
    assert "env, line 3: must be NAME=value" in told
    assert "geheim" not in told


@pytest.mark.parametrize(
    ("lines", "password"),
    [
        ("ADVOWARE_PASSWORD=ge${h:e}im", "ge${h:e}im"),
        ("ADVOWARE_PASSWORD='ge${nothing}heim'", "ge${nothing}heim"),
        ('ADVOWARE_PASSWORD="ge${nothing}${}heim"', "ge${nothing}${}heim"),
        ("ADVOWARE_PASSWORD=ge${nothing:-h}eim", "geheim"),
        ("ADVOWARE_USER=AB\nADVOWARE_PASSWORD=${ADVOWARE_USER}-${OF_THE_MACHINE}", "AB-x"),
        ("ADVOWARE_PASSWORD=first\nADVOWARE_PASSWORD=last", "last"),
        ("ADVOWARE_PASSWORD=first\nADVOWARE_PASSWORD=", ""),
    ],
)
def test_of_a_password_nothing_is_lost(
    lines: str, password: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing has that name `${...}` is a part of it; it vanished without a word."""
    for name in (*Config.model_fields, "nothing"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("OF_THE_MACHINE", "x")
    (tmp_path / "env").write_text(f"DJANGO_SECRET_KEY=a-key\n{lines}\n")
    monkeypatch.setenv("HUB_ENV_FILE", str(tmp_path / "env"))
    assert password == load().ADVOWARE_PASSWORD
    monkeypatch.setenv("ADVOWARE_PASSWORD", "of the environment")
    assert load().ADVOWARE_PASSWORD == "of the environment"


@pytest.mark.parametrize("quotes", ["", "'"])
def test_json_is_read_with_and_without_the_quotes_of_an_env_file(
    quotes: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_ENV_FILE", "")
    monkeypatch.setenv("DJANGO_SECRET_KEY", "a-key")
    monkeypatch.setenv("ESPOCRM_WEBHOOK_SECRETS", f'{quotes}{{"a": "one", "b": ["two", "three"]}}{quotes}')
    monkeypatch.setenv("GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON", f'{quotes}{{"a": 1}}{quotes}')
    assert load().ESPOCRM_WEBHOOK_SECRETS == {"a": ("one",), "b": ("two", "three")}
    assert load().GOOGLE_CALENDAR_SERVICE_ACCOUNT_JSON == '{"a": 1}'


def test_a_misspelt_name_is_a_warning_where_all_else_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_ENV_FILE", "")
    monkeypatch.setenv("KEEP_JOURNAL_DAY", "5")
    monkeypatch.setenv("KEEP_SMILING", "5")
    assert misspelt()["KEEP_JOURNAL_DAY"] == "KEEP_JOURNAL_DAYS"
    assert "KEEP_SMILING" not in misspelt()


@pytest.mark.parametrize("command", sorted(get_commands()))
def test_help_needs_no_setting(command: str) -> None:
    assert only_help(["manage.py", command, "--help"])
    assert not only_help(["manage.py", command])
    assert not only_help(["gunicorn", "--help"])


@pytest.mark.parametrize("words", [["sync", "--help"], ["worker", "-h"], ["help"], []])
def test_help_is_shown_before_anything_is_set(words: list[str], tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "HUB_ENV_FILE": str(tmp_path / "none")}
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=BASE_DIR, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "usage:" in done.stdout.lower() or "subcommand" in done.stdout
