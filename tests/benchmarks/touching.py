"""`python -m tests.benchmarks.touching N`: enqueues N no-op tasks as Django-Q2 offers it, one `async_task` each."""

from __future__ import annotations

import sys

import django


def main() -> None:
    django.setup()
    from django_q.brokers import get_broker
    from django_q.tasks import async_task

    broker = get_broker()
    print("ready", flush=True)
    sys.stdin.readline()  # the clock starts when the benchmark says so, not while Python starts
    for pk in range(1, int(sys.argv[1]) + 1):
        async_task("tests.benchmarks.tasks.touch", pk, save=False, broker=broker)


if __name__ == "__main__":
    main()
