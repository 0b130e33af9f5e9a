from __future__ import annotations

import stat
from pathlib import Path

import pytest
from django.core.management import CommandError

from syncapp.management import env_file


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


def test_a_file_that_is_not_there_is_made_readable_for_its_owner_only(env: Path) -> None:
    assert env_file.read(env) == {}
    env_file.write(env, {"65f": ["s1"]})
    assert env_file.read(env) == {"65f": ["s1"]}
    assert stat.S_IMODE(env.stat().st_mode) == 0o600


def test_other_settings_and_comments_stay(env: Path) -> None:
    env.write_text(
        "A=1\n# a comment\n#ESPOCRM_WEBHOOK_SECRETS={}\nESPOCRM_WEBHOOK_SECRETS='{\"old\": \"s\"}'\nB='x y'\n"
    )
    env_file.write(env, env_file.merge(env_file.read(env), {"new": "t"}))
    lines = env.read_text().splitlines()
    assert lines[:3] == ["A=1", "# a comment", "#ESPOCRM_WEBHOOK_SECRETS={}"]
    assert lines[4] == "B='x y'"
    assert env_file.read(env) == {"old": ["s"], "new": ["t"]}


def test_the_doors_of_webhooks_that_are_gone_go(env: Path) -> None:
    env.write_text('ESPOCRM_WEBHOOK_DOORS=\'{"gone": "document/create", "a": "document/delete"}\'\n')
    env_file.write(env, {"a": ["s"], "b": ["t"], "c": ["u"]}, {"a": "document/update", "b": "account/update"})
    (line,) = [each for each in env.read_text().splitlines() if "DOORS" in each]
    assert line == 'ESPOCRM_WEBHOOK_DOORS=\'{"a": "document/update", "b": "account/update"}\''


@pytest.mark.parametrize(
    ("before", "after"),
    [(0o644, 0o600), (0o660, 0o600), (0o604, 0o600), (0o600, 0o600), (0o640, 0o640), (0o400, 0o400)],
)
def test_nobody_else_can_read_it_and_a_group_alone_that_could_before(env: Path, before: int, after: int) -> None:
    """The settings of an installation are root's, and readable by the group of the account that it runs as."""
    env.write_text("A=1\n")
    env.chmod(before)
    was = env.stat()
    env_file.write(env, {"65f": ["s1"]}, {"65f": "document/create"})
    now = env.stat()
    assert (stat.S_IMODE(now.st_mode), now.st_uid, now.st_gid) == (after, was.st_uid, was.st_gid)


def test_what_an_address_leads_to_is_written_and_the_address_stays(env: Path, tmp_path: Path) -> None:
    whole = tmp_path / "settings" / "hub.env"
    whole.parent.mkdir()
    whole.write_text("A=1\n")
    env.symlink_to(whole)
    env_file.write(env, {"65f": ["s1"]})
    assert env.is_symlink()
    assert "65f" in whole.read_text()


def test_a_write_that_fails_leaves_the_file_as_it_was_and_nothing_beside_it(
    env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    env.write_text("A=1\n")

    def full(*_given: object) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(env_file, "set_key", full)
    with pytest.raises(CommandError, match="can't be written"):
        env_file.write(env, {"65f": ["s1"]})
    assert (env.read_text(), list(env.parent.iterdir())) == ("A=1\n", [env])


def test_old_and_new_secret_stand_side_by_side() -> None:
    old = {"a": ["s1"], "b": ["t"]}
    assert env_file.merge(old, {"a": "s2"}) == {"a": ["s2", "s1"], "b": ["t"]}
    assert env_file.merge(old, {"a": "s1"}) == old


def test_several_secrets_are_kept_through_the_file(env: Path) -> None:
    env_file.write(env, {"a": ["s2", "s1"]})
    assert env_file.read(env) == {"a": ["s2", "s1"]}


@pytest.mark.parametrize("value", ["not json", "[1]", '{"a": 5}'])
def test_what_is_no_json_is_refused_without_quoting_it(env: Path, value: str) -> None:
    env.write_text(f"ESPOCRM_WEBHOOK_SECRETS='{value}'\n")
    with pytest.raises(CommandError) as caught:
        env_file.read(env)
    assert value not in str(caught.value)


def test_a_value_over_several_lines_is_replaced_whole(env: Path) -> None:
    env.write_text('A=1\nESPOCRM_WEBHOOK_SECRETS=\'{\n"a": "s"}\'\nB=2\n')
    env_file.write(env, env_file.merge(env_file.read(env), {"b": "t"}))
    assert env.read_text() == 'A=1\nESPOCRM_WEBHOOK_SECRETS=\'{"a": "s", "b": "t"}\'\nB=2\n'


def test_what_cannot_be_read_or_written_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"can't be read \(IsADirectoryError\)"):
        env_file.read(tmp_path)
    with pytest.raises(CommandError, match=r"can't be written \(FileNotFoundError\)"):
        env_file.write(tmp_path / "none" / ".env", {"a": ["s"]})
