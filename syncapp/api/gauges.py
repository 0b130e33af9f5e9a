"""A gauge in Prometheus' text format: https://prometheus.io/docs/instrumenting/exposition_formats/"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gauge:
    name: str
    help: str
    samples: tuple[tuple[dict[str, str], float], ...]

    def __str__(self) -> str:
        head = f"# HELP {self.name} {self.help}\n# TYPE {self.name} gauge\n"
        return head + "".join(f"{self.name}{_labels(labels)} {value:g}\n" for labels, value in self.samples)


def counted(rows: object, *names: str) -> Iterator[tuple[dict[str, str], float]]:
    """Samples of rows that hold values for these labels, and a number."""
    for *labels, count in rows:  # type: ignore[attr-defined]  # tuples whose shape django-stubs can't know
        yield dict(zip(names, labels, strict=True)), float(count)


def single(name: str, words: str, value: float) -> Gauge:
    return Gauge(name, words, (({}, float(value)),))


def _labels(labels: dict[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
