"""docs/security.md says something of each point of ASVS 4.0.3, level 2, once, and counts them rightly."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter

from bitbylaw.config import BASE_DIR
from tests import engines

PAGE = (BASE_DIR / "docs" / "security.md").read_text()
ROWS = re.findall(r"^\| ([\d., ]+) \| ([a-z ]+) \| (.+) \|$", PAGE, re.MULTILINE)
STATES = {"met", "partly", "not met", "operator", "does not apply"}
# The standard's own numbers: section, and its requirements of level 2.
LEVEL_2 = """
1.1:1-7 1.2:1-4 1.4:1,4-5 1.5:1-4 1.6:1-4 1.7:1-2 1.8:1-2 1.9:1-2 1.10:1 1.11:1-2 1.12:2 1.14:1-6 2.1:1-12
2.2:1-3 2.3:1-3 2.4:1-5 2.5:1-7 2.6:1-3 2.7:1-6 2.8:1-7 2.9:1-3 2.10:1-4 3.1:1 3.2:1-4 3.3:1-4 3.4:1-5
3.5:1-3 3.7:1 4.1:1-3,5 4.2:1-2 4.3:1-3 5.1:1-5 5.2:1-8 5.3:1-10 5.4:1-3 5.5:1-4 6.1:1-3 6.2:1-6 6.3:1-2
6.4:1-2 7.1:1-4 7.2:1-2 7.3:1,3-4 7.4:1-3 8.1:1-4 8.2:1-3 8.3:1-8 9.1:1-3 9.2:1-4 10.2:1-2 10.3:1-3 11.1:1-8
12.1:1-3 12.2:1 12.3:1-6 12.4:1-2 12.5:1-2 12.6:1 13.1:1,3-5 13.2:1-3,5-6 13.3:1-2 13.4:1-2 14.1:1-4 14.2:1-6
14.3:2-3 14.4:1-7 14.5:1-4
"""


def points() -> set[str]:
    found = set()
    for section, ranges in (each.split(":") for each in LEVEL_2.split()):
        for part in ranges.split(","):
            first, _, last = part.partition("-")
            found |= {f"{section}.{number}" for number in range(int(first), int(last or first) + 1)}
    return found


def test_every_point_is_answered_once() -> None:
    named = Counter(point for points_of_row, _state, _how in ROWS for point in points_of_row.split(", "))
    assert set(named) == points()
    assert len(points()) == 259
    assert [point for point, times in named.items() if times > 1] == []


def test_each_has_a_state_and_a_reason() -> None:
    assert {state for _points, state, _how in ROWS} == STATES
    assert all(len(how) > 5 for _points, state, how in ROWS)


def test_the_counts_are_right() -> None:
    counted = Counter[str]()
    for points_of_row, state, _how in ROWS:
        counted[state] += len(points_of_row.split(", "))
    assert re.findall(r"(\d+) (met|partly|not met|operator|does not apply)\b", PAGE.partition("\n## ")[0]) == [
        (str(number), state) for state, number in counted.most_common()
    ]


def test_cookies_of_a_real_installation_are_this_hosts_alone() -> None:
    settings = {"DJANGO_SECRET_KEY": "x" * 50, "HUB_ENV_FILE": "", "DATABASE_URL": "sqlite://:memory:"}
    code = (
        "from bitbylaw import settings as s; "
        "print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE)"
    )
    environment = engines.clean_environment() | settings
    command = [sys.executable, "-c", code]
    said = subprocess.run(command, cwd=BASE_DIR, env=environment, check=True, capture_output=True, text=True).stdout
    assert said.split() == ["__Host-sessionid", "__Host-csrftoken", "True", "True"]
