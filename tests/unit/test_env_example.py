"""`.env.example` explains every setting there is and no other, and what it shows as the default is the default."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bitbylaw.config import BASE_DIR, Config, ConfigError, load

EXAMPLE = (BASE_DIR / ".env.example").read_text()
SETTING = re.compile(r"^#?([A-Z][A-Z0-9_]+)=(.*)$", re.MULTILINE)
# Shown with an invented value, because the default is empty and the form needs explaining.
INVENTED = {"ESPOCRM_WEBHOOK_SECRETS", "ESPOCRM_API_BASE_URL", "ESPOCRM_PARENT_STATUS"}
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


def test_a_fault_names_the_setting_and_never_its_value(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "env"
    path.write_text("DJANGO_SECRET_KEY=geheim\nQUEUE_WORKERS=geheim\nESPOCRM_API_BASE_URL=geheim\n")
    monkeypatch.setenv("HUB_ENV_FILE", str(path))
    with pytest.raises(ConfigError) as caught:
        load()
    assert "QUEUE_WORKERS" in str(caught.value)
    assert "ESPOCRM_API_BASE_URL" in str(caught.value)
    assert "geheim" not in str(caught.value)
