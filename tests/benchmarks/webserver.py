"""12. The web server: our worker against gunicorn's threaded one, in turns, on the same database.

Both run at the same time with as many processes and threads for webhooks; one is idle while the other is asked.
"""

from __future__ import annotations

from collections import Counter
from itertools import count
from statistics import median

from tests.benchmarks import load, seeding
from tests.benchmarks.load import UPDATE, Volley
from tests.benchmarks.report import Check, Findings
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage

CONNECTIONS = (1, 4, 16)
KINDS = {"ours": (), "gthread": ("--worker-class", "gthread")}


def measure(sizes: Sizes) -> Findings:
    found = Findings(
        "webserver",
        "12 Web server (webhooks of one event, no workers running)",
        ("worker, connections", "requests/s", "p50 ms", "p99 ms"),
    )
    with Stage.open() as stage:
        ports = {kind: stage.serve(*options) for kind, options in KINDS.items()}
        numbers, results = count(1), dict[tuple[str, int], list[Volley]]()
        answers = {kind: Counter[int]() for kind in KINDS}
        for turn in range(sizes.intake_rounds * 2 + 1):  # the first warms up and is thrown away
            for connections in CONNECTIONS:
                for kind in sorted(ports, reverse=bool(turn % 2)):
                    asked = max(connections, sizes.intake_requests // 2)
                    ids = [seeding.document_id(next(numbers)) for _ in range(asked)]
                    volley = load.fire(ports[kind], [load.signed(UPDATE, [each]) for each in ids], connections)
                    answers[kind] += volley.statuses
                    if turn:
                        results.setdefault((kind, connections), []).append(volley)
    found.checks += [Check(f"{kind}: kinds of answers", set(told), {200}) for kind, told in answers.items()]
    for connections in CONNECTIONS:
        rates = {}
        for kind in KINDS:
            volleys = results[kind, connections]
            rates[kind] = median(each.rate for each in volleys)
            p50, p99 = (median(each.percentile(percent) for each in volleys) * 1000 for percent in (50, 99))
            found.rows.append((f"{kind} over {connections}", rates[kind], p50, p99))
        found.figures[f"ours to gthread over {connections}"] = {"ratio": rates["ours"] / rates["gthread"]}
    return found
