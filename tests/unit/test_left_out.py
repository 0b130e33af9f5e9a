"""What the Dockerfile takes out of the image is loaded by nothing; that it is out, tests/containers proves."""

from __future__ import annotations

import re

import pytest

from bitbylaw.config import BASE_DIR
from tests.unit.test_light import said_by

DOCKERFILE = (BASE_DIR / "Dockerfile").read_text()
# Modules, each with the word by which the Dockerfile removes it.
LEFT_OUT = {
    "ensurepip": "ensurepip", "idlelib": "idlelib", "lib2to3": "lib2to3", "pydoc_data": "pydoc_data",
    "tkinter": "tkinter", "_tkinter": "lib-dynload/_tkinter*", "turtle": "turtle*", "test": "test", "pip": "pip",
    "_testcapi": "lib-dynload/*test*", "pygments": "pygments", "tzdata.zoneinfo": "tzdata/zoneinfo",
    "lxml.objectify": "lxml/objectify.*", "lxml.html.diff": "lxml/html/*diff*",
}  # fmt: skip
LOADS_ALL = """
import importlib, pkgutil, sys
sys.modules.update(dict.fromkeys(sys.argv[1:]))
import django
django.setup()
import bitbylaw, syncapp
for package in (bitbylaw, syncapp):
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
for name in ("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "lxml.html", "psycopg", "rich.progress", "rich.table"):
    importlib.import_module(name)
print(len(sys.modules))
"""


def test_everything_can_be_loaded_without_it() -> None:
    (count,) = said_by(LOADS_ALL, *LEFT_OUT)
    assert int(count) > 1000


@pytest.mark.parametrize("name", LEFT_OUT)
def test_the_dockerfile_takes_it_out(name: str) -> None:
    removed = " ".join(re.findall(r"\brm -rf? ((?:[^&\\]|\\\n)+)", DOCKERFILE)).split()
    assert LEFT_OUT[name] in removed
