"""`python -m sandbox`: the outside systems on one port, until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
import threading

from sandbox.app import Sandbox
from sandbox.seed import SEEDS
from sandbox.seed.bench import DOCUMENTS_PER_CASE
from sandbox.server import Server
from sandbox.settings import UnknownSetting
from sandbox.startup import preset_webhooks, set_options

EXIT_USAGE = 2  # a busy port, or an option that makes no sense

EPILOG = """\
Examples:
  python -m sandbox --seed demo
  python -m sandbox --seed demo --set espocrm_webhook_interval=1 \\
      --webhooks http://127.0.0.1:8000 --link-hook http://127.0.0.1:8000/vmh/webhook/entity
  python -m sandbox --seed bench --documents 5000 --set log_calls=false
  python -m sandbox --seed parties --parties 5000 --set advoware_pascal_case=true
  python -m sandbox --seed calendar --employees 50 --set google_user_per_minute=600

The pages are at the address it prints; every setting is listed at /_control/settings.
"""


def parser() -> argparse.ArgumentParser:
    options = argparse.ArgumentParser(
        prog="python -m sandbox",
        description="EspoCRM, Advoware, Google Calendar and xAI as small faithful servers with faults on demand, "
        "for demo, tests and benchmarks.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    options.add_argument("--host", default="127.0.0.1", help="address to listen on (default %(default)s)")
    options.add_argument("--port", type=int, default=8900, help="port, 0 takes a free one (default %(default)s)")
    options.add_argument("--fd", type=int, help="file descriptor of a socket that listens already, instead of a port")
    options.add_argument(
        "--seed",
        choices=sorted(SEEDS),
        help="fill the systems: demo is a small law firm, bench many documents, "
        "adopted the same as another hub left them, with parties, "
        "parties the same people in EspoCRM and Advoware, calendar employees with 400 appointments each in Advoware",
    )
    options.add_argument(
        "--documents", type=int, default=1000, help="how many for --seed bench and adopted (default %(default)s)"
    )
    options.add_argument(
        "--documents-per-case", type=int, default=DOCUMENTS_PER_CASE, metavar="N", help="of them (default %(default)s)"
    )
    options.add_argument(
        "--parties", type=int, default=1000, help="how many for --seed parties and adopted (default %(default)s)"
    )
    options.add_argument("--employees", type=int, default=50, help="how many for --seed calendar (default %(default)s)")
    options.add_argument(
        "--webhooks",
        metavar="URL",
        default=os.environ.get("SANDBOX_WEBHOOKS", ""),
        help="address of the hub: presets the webhooks of all entities, POST to URL/vmh/webhook/... "
        "(also SANDBOX_WEBHOOKS)",
    )
    options.add_argument(
        "--link-hook",
        metavar="URL",
        default=os.environ.get("SANDBOX_LINK_HOOK_URL", ""),
        help="the firm's hook for link and unlink; /link or /unlink is appended (also SANDBOX_LINK_HOOK_URL)",
    )
    options.add_argument(
        "--link-hook-token",
        metavar="TOKEN",
        default=os.environ.get("SANDBOX_LINK_HOOK_TOKEN", ""),
        help="its bearer token (also SANDBOX_LINK_HOOK_TOKEN)",
    )
    options.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting; repeatable")
    options.add_argument("--quiet", action="store_true", help="print the address and nothing else")
    return options


def main() -> int:
    options = parser().parse_args()
    sandbox = Sandbox()
    try:
        set_options(sandbox, options.set, options.link_hook, options.link_hook_token)
        preset_webhooks(sandbox, options.webhooks)
        listening = None if options.fd is None else socket.socket(fileno=options.fd)
        server = Server(options.host, options.port, sandbox, listening)
    except (UnknownSetting, ValueError) as wrong:
        print(wrong, file=sys.stderr)
        return EXIT_USAGE
    except (OSError, OverflowError) as busy:  # the other one: no port has such a number
        why = getattr(busy, "strerror", None) or busy
        print(f"Cannot listen on {options.host}:{options.port}: {why}. Try --port.", file=sys.stderr)
        return EXIT_USAGE
    if options.seed:
        amounts = {"parties": options.parties, "calendar": options.employees}
        more = {"per_case": options.documents_per_case} if options.seed in ("adopted", "bench") else {}
        more |= {"parties": options.parties} if options.seed == "adopted" else {}
        SEEDS[options.seed](sandbox, amounts.get(options.seed, options.documents), **more)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    print(server.url if options.quiet else f"The sandbox is at {server.url}  (Ctrl+C ends it)", flush=True)
    stop.wait()
    sandbox.close()
    server.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
