"""10. Webhooks at a steady pace while strangers are slow, Advoware is silent and wrong signatures come as they can."""

from __future__ import annotations

import contextlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator

import psutil

from tests.benchmarks import lines, load, seeding
from tests.benchmarks.load import UPDATE
from tests.benchmarks.report import Check, Findings, Target
from tests.benchmarks.sizes import Sizes
from tests.benchmarks.stage import Stage
from tests.e2e.doors import Door, silent_system

STRANGERS = CALLERS = 50
FLOOD_LINES = 50  # each asks again as soon as it is answered
LINES = 4  # kept connections of the sender; EspoCRM has one
MEGABYTE = 1024 * 1024
# From elsewhere: the address of somebody who signs rightly is never braked.
WRONG = load.signed(UPDATE, ["wrong"]).replace(b"Signature: ", b"X-Forwarded-For: 203.0.113.9\r\nSignature: x")


def measure(sizes: Sizes) -> Findings:
    columns = ("while", "webhooks/s", "p50 ms", "p99 ms", "slowest ms", "largest process MB")
    found = Findings("siege", f"10 Siege ({STRANGERS} slow strangers, {CALLERS} slow proxy calls, a flood)", columns)
    with silent_system() as silent, Stage.open(DJANGO_TRUST_PROXY="1", **_advoware(silent)) as stage:
        made = "from syncapp.models import ProxyKey; print(ProxyKey.issue('a', per_minute=10**6)[1])"
        key = stage.hub.manage("shell", "-v", "0", "-c", made).stdout.strip()
        stage.serve()
        door, web = Door(stage.hub, stage.port, stage.hub._started[-1]), psutil.Process(stage.hub._started[-1].pid)
        sent = Counter[int]()
        quiet = _paced(stage.port, sizes.siege_seconds / 4, sizes.siege_rate, sent)
        found.rows.append(("quiet", *_told(quiet), _largest(web)))
        with _besieged(door, key) as refused:
            half = _paced(stage.port, sizes.siege_seconds / 2, sizes.siege_rate, sent)
            early = _largest(web)
            found.rows.append(("siege", *_told(half), early))
            rest = _paced(stage.port, sizes.siege_seconds / 2, sizes.siege_rate, sent)
            late = _largest(web)
            found.rows.append(("siege, second half", *_told(rest), late))
        lines = (stage.hub.folder / "processes.log").read_text().count("door.refused")
        stored = stage.count("SELECT count(*) FROM syncapp_inboxmessage WHERE sender <> 'bench'")
    found.figures = {"wrong_signatures": dict(refused), "lines": lines}
    found.rows.append((f"wrong signatures answered: {dict(refused)}, lines in the log: {lines}", "", "", "", "", ""))
    found.targets += [
        Target("slowest webhook, seconds", max(half.latencies + rest.latencies), 1.0),
        Target("memory at the end to that in the middle", late / early, 1.05),
    ]
    found.checks += [
        Check("webhooks not answered with 200", sent.total() - sent[200], 0),
        Check("webhooks answered and not stored", sent[200] - stored, 0),
    ]
    return found


def _paced(port: int, seconds: float, rate: int, sent: Counter[int]) -> load.Volley:
    """So many a second, whatever the answers take: each line sends when its turn comes."""
    whole, lock = load.Volley(seconds=seconds), threading.Lock()

    def send(first: int) -> None:
        line = lines.Line(port)
        begun = time.perf_counter() + first / rate
        for number in range(int(seconds * rate / LINES)):
            turn = begun + number * LINES / rate
            time.sleep(max(0.0, turn - time.perf_counter()))
            line.ask(load.signed(UPDATE, [seeding.document_id(first * 10**6 + number)]))
            while (status := line.answer()) is None:
                pass
            with lock:
                # Since its turn, so that one which waited behind another counts too.
                whole.latencies.append(time.perf_counter() - turn)
                sent[status] += 1
        line.socket.close()

    _together([lambda first=first: send(first) for first in range(LINES)])
    return whole


@contextlib.contextmanager
def _besieged(door: Door, key: str) -> Iterator[Counter[int]]:
    over, refused, lock = threading.Event(), Counter[int](), threading.Lock()

    def trickle() -> None:
        with contextlib.ExitStack() as stack:
            held = [stack.enter_context(door.connect()) for _ in range(STRANGERS)]
            while not over.wait(1.0):
                for number, sock in enumerate(held):
                    try:
                        sock.sendall(b"P")
                    except OSError:  # cut: the next stranger takes the place
                        sock.close()
                        held[number] = stack.enter_context(door.connect())

    def call() -> None:
        while not over.is_set():
            with contextlib.suppress(OSError):
                door.get("/advoware/proxy?endpoint=advonet/Termine", X_Api_Key=key)
            over.wait(1.0)

    def flood() -> None:
        line = lines.Line(door.port)
        while not over.is_set():
            line.ask(WRONG)
            while (status := line.answer()) is None:
                pass
            with lock:
                refused[status] += 1
        line.socket.close()

    besiegers = (trickle, *[flood] * FLOOD_LINES, *[call] * CALLERS)
    threads = [threading.Thread(target=work, daemon=True) for work in besiegers]
    for thread in threads:
        thread.start()
    time.sleep(2)
    try:
        yield refused
    finally:
        over.set()
        for thread in threads[: 1 + FLOOD_LINES]:
            thread.join()


def _together(work: list[Callable[[], None]]) -> None:
    threads = [threading.Thread(target=each) for each in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _told(volley: load.Volley) -> tuple[str, ...]:
    slowest = max(volley.latencies)
    figures = (volley.rate, *(1000 * each for each in (volley.percentile(50), volley.percentile(99), slowest)))
    return tuple(f"{each:.1f}" for each in figures)


def _largest(web: psutil.Process) -> float:
    return round(max(each.memory_info().rss for each in web.children()) / MEGABYTE, 1)


def _advoware(port: int) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    return {
        "ADVOWARE_API_KEY": "app", "ADVOWARE_API_SECRET": "c2VjcmV0", "ADVOWARE_KANZLEI": "firm",
        "ADVOWARE_DATABASE": "db", "ADVOWARE_USER": "AB", "ADVOWARE_PASSWORD": "secret",
        "ADVOWARE_API_BASE_URL": url, "ADVOWARE_SECURITY_GATEWAY_URL": url,
    }  # fmt: skip
