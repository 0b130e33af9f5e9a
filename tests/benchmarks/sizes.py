"""How much each benchmark does; the smoke run proves that they work and measures nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Sizes:
    intake_rounds: int = 3
    intake_requests: int = 600
    settle_rounds: int = 3
    settle_records: int = 2000
    latency_posts: int = 200
    storm_events: int = 1000
    storm_latency: float = 0.05
    drain_synced: int = 2000
    drain_new: int = 500
    drain_latency: float = 0.05
    drain_workers: tuple[int, ...] = (1, 2, 4, 8)
    grown_records: int = 1_000_000
    grown_history: int = 5_000_000
    pages: int = 20
    memory_early: int = 2_000
    memory_late: int = 50_000
    recovery_rounds: int = 2
    recovery_kills_a_round: int = 10
    recovery_settings: tuple[tuple[str, str], ...] = ()
    parties: int = 5000
    parties_changed: int = 20
    proxy_calls: int = 500
    calendar_employees: int = 50
    siege_seconds: int = 120
    siege_rate: int = 200  # webhooks a second
    adopted_documents: int = 10_000
    adopted_parties: int = 5000
    firm_records: int = 100_000
    firm_appointments: int = 5000
    page_visits: int = 6  # the first is not counted
    rest_starts: int = 5
    user_latency: float = 0.05  # seconds of each call outside
    user_edits: int = 20  # of each kind, alone and beside a scan
    user_scan: int = 10_000
    first_documents: int = 10_000
    night_documents: int = 100_000
    night_parties: int = 20_000
    rest_seconds: int = 30  # the first sweep, canaries and what is due at once are over

    def scaled(self, share: float) -> Sizes:
        """Amounts of things made smaller or larger; rounds, workers and latencies stay."""
        return replace(self, **{name: max(1, round(getattr(self, name) * share)) for name in _AMOUNTS})


_AMOUNTS = (
    "intake_requests",
    "settle_records",
    "latency_posts",
    "drain_synced",
    "drain_new",
    "grown_records",
    "grown_history",
    "memory_early",
    "memory_late",
    "parties",
    "proxy_calls",
    "calendar_employees",
    "siege_seconds",
    "adopted_documents",
    "adopted_parties",
    "firm_records",
    "firm_appointments",
    "user_edits",
    "user_scan",
    "first_documents",
    "night_documents",
    "night_parties",
)
FULL = Sizes()
# A hub on SQLite is one machine's, and a small firm's: what only large firms have is a quarter there.
OF_A_SMALL_FIRM = replace(FULL, first_documents=2_500, night_documents=25_000, night_parties=5_000)
SMOKE = Sizes(
    intake_rounds=1,
    intake_requests=16,
    settle_rounds=1,
    settle_records=60,
    latency_posts=5,
    storm_events=100,
    storm_latency=0.01,
    drain_synced=10,
    drain_new=5,
    drain_latency=0.0,
    drain_workers=(2,),
    grown_records=2_000,
    grown_history=5_000,
    pages=2,
    memory_early=20,
    memory_late=60,
    recovery_rounds=1,
    recovery_kills_a_round=2,
    parties=40,
    parties_changed=4,
    proxy_calls=5,
    calendar_employees=2,
    siege_seconds=8,
    siege_rate=20,
    adopted_documents=20,
    adopted_parties=10,
    firm_records=1000,
    firm_appointments=100,
    page_visits=2,
    user_latency=0.0,
    user_edits=1,
    user_scan=2000,
    first_documents=10,
    night_documents=20,
    night_parties=10,
    rest_starts=1,
    rest_seconds=1,
    recovery_settings=(("LEASE_SECONDS", "2"), ("SWEEP_SECONDS", "1")),
)
