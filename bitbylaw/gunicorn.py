"""How the web server runs, everywhere the same: `gunicorn -c python:bitbylaw.gunicorn bitbylaw.wsgi`.

Two processes: twice the throughput of an ASGI server here, and a webhook is answered in a few milliseconds, so more
threads would only wait for the database. On SQLite one: it has one writer at a time, and a second process would be a
third of the memory of a hub at rest. Each process has `threads` for webhooks and as many for pages, one each for
the two health checks, and those of the proxy (`bitbylaw/web/lanes.py`). Behind a reverse proxy that speaks TLS.
"""

from pathlib import Path

from bitbylaw import places

bind = "127.0.0.1:8000"
umask = 0o077  # as of manage.py: what it writes is for this account only
worker_class = "bitbylaw.web.worker.PatientWorker"
logger_class = "bitbylaw.web_logs.WebServerLogger"
workers = 1 if places.on_sqlite() else 2
threads = 4
worker_connections = 400  # for each process, so that files and databases stay below the usual 1024 handles
sendfile = False  # a thread would wait for the peer
timeout = 60
graceful_timeout = 30
keepalive = 30  # longer than the pause between EspoCRM's batches, so that its connections are reused
# The heartbeat file of a process must not wait for a disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108  (not a file of ours)
# Nobody says from outside which part of an address is no address: Caddy passes such headers on.
forwarder_headers = ""
# Nobody steers it from outside, and the file system may be read-only.
control_socket_disable = True
