"""Every direct dependency has a reason in docs/dependencies.md; the pins have hashes and name all that is needed."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from importlib import metadata

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from bitbylaw.config import BASE_DIR

PAGE = (BASE_DIR / "docs" / "dependencies.md").read_text().partition("## Looked at")[0]
FILES = {"run.in": "requirements.txt"}
FILES |= {f"{name}.in": f"requirements/{name}.txt" for name in ("demo", "dev", "audit")}
DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
MAKEFILE = (BASE_DIR / "Makefile").read_text()
PYTHONS = ("3.11.2", "3.12.1", "3.13.0", "3.14.0")  # 3.11.2 is Debian 12's
MACHINES = {
    "linux": {"sys_platform": "linux", "platform_system": "Linux", "platform_machine": "x86_64"},
    "darwin": {"sys_platform": "darwin", "platform_system": "Darwin", "platform_machine": "arm64"},
}


def direct(source: str) -> set[str]:
    lines = (BASE_DIR / "requirements" / source).read_text().splitlines()
    return {re.split(r"[\[<>=]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def test_the_page_names_exactly_the_direct_dependencies() -> None:
    cells = re.findall(r"^\| ([^|]+) \|", PAGE, re.MULTILINE)
    named = {name for cell in cells for name in cell.split(", ")} - {"package"}
    assert named == set().union(*map(direct, FILES))


@pytest.mark.parametrize("source", FILES)
def test_every_one_is_pinned_with_hashes(source: str) -> None:
    pins = (BASE_DIR / FILES[source]).read_text()
    for name in direct(source):
        pin = rf"^{name}(\[[^\]]+\])?==\S+[^\n]*\\\n    --hash=sha256:"
        assert re.search(pin, pins, re.MULTILINE | re.IGNORECASE), name


@pytest.mark.parametrize("source", FILES)
def test_pins_come_from_wherever_the_machine_gets_its_packages(source: str) -> None:
    assert not re.search(r"index-url|https?://", (BASE_DIR / FILES[source]).read_text())


def pins(source: str) -> Iterator[Requirement]:
    for line in re.findall(r"^[a-z0-9][^\\\n]+", (BASE_DIR / FILES[source]).read_text(), re.MULTILINE | re.IGNORECASE):
        yield Requirement(line.strip())


def environment(python: str, machine: str) -> dict[str, str]:
    version = {"python_full_version": python, "python_version": python.rpartition(".")[0]}
    return {**default_environment(), "os_name": "posix", **version, **MACHINES[machine]}


def wanted(pin: Requirement, env: dict[str, str]) -> Iterator[Requirement]:
    """What the pinned version needs there, by its own metadata; nothing for what is not installed on this machine."""
    try:
        distribution = metadata.distribution(pin.name)
    except metadata.PackageNotFoundError:
        return
    assert pin.specifier.contains(distribution.version, prereleases=True), f"{pin.name} is not as pinned: make venv-dev"
    for line in distribution.requires or []:
        need = Requirement(line)
        if need.marker is None or any(need.marker.evaluate(env | {"extra": extra}) for extra in ("", *pin.extras)):
            yield need


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize(
    "sources", [["run.in"], ["run.in", "demo.in"], ["run.in", "dev.in"], ["run.in", "demo.in", "dev.in"]], ids=str
)
def test_nothing_is_needed_that_is_not_pinned(sources: list[str], machine: str, python: str) -> None:
    """`pip check` says so too, but knows nothing of extras and only of the Python and the machine it runs on."""
    env = environment(python, machine)
    held: dict[str, Requirement] = {}
    for source in sources:
        for pin in pins(source):
            if pin.marker is None or pin.marker.evaluate(env):
                before = held.setdefault(canonicalize_name(pin.name), pin)
                assert before.specifier == pin.specifier
                before.extras |= pin.extras
    for pin in held.values():
        for need in wanted(pin, env):
            found = held.get(canonicalize_name(need.name))
            assert found is not None, f"{pin.name} needs {need}"
            [version] = found.specifier
            assert need.specifier.contains(version.version, prereleases=True), f"{pin.name} needs {need}"
            assert need.extras <= found.extras, f"{pin.name} needs {need}"


def test_the_makefile_and_the_image_install_the_same_way() -> None:
    by_make = re.search(r"^PIP := \S+ requirements/install\.py (.+)$", MAKEFILE, re.MULTILINE)
    in_image = re.search(r"^RUN pip install (.+) -r requirements\.txt && pip check$", DOCKERFILE, re.MULTILINE)
    assert by_make is not None
    assert in_image is not None
    own = {"--no-cache-dir", "--no-compile", "--disable-pip-version-check"}  # it compiles once, at the end
    assert set(shlex.split(in_image[1])) - own == set(shlex.split(by_make[1])) == {"--no-deps", "--require-hashes"}
