from __future__ import annotations

from typing import Any

import pytest
from django.core.management import CommandError, call_command


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Any:
    """Runs a command; its exit code and what it said."""

    def run(*args: str) -> tuple[int, str]:
        code = 0
        try:
            call_command(*args)
        except CommandError as exc:
            code = exc.returncode
            print(exc)
        except SystemExit as exc:
            code = int(exc.code or 0)
        return code, capsys.readouterr().out

    return run
