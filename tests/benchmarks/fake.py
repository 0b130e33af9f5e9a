"""`python -m tests.benchmarks.fake`: an EspoCRM that answers every document from memory, in microseconds.

Every document it is asked for is in sync with what `seeding.records` remembers. `/hold` keeps answers back until
`/release`, so that workers can be killed in the middle of a run. Prints its port.
"""

from __future__ import annotations

import asyncio
import json
import sys
from typing import Any
from urllib.parse import parse_qs

MD5 = "9e107d9d372bb6826bd81d3542a419d6"
SHA256 = "d7a8fbb307d7809469ca9abcb0082e4f8d5651e46d3cdb762d02d0bf37c9e592"
COLLECTION = "collection_bench"


def document(entity_id: str) -> dict[str, Any]:
    return {
        "id": entity_id,
        "name": "Schriftsatz",
        "deleted": False,
        "createdAt": "2026-02-20 10:00:00",
        "modifiedAt": "2026-03-02 09:14:07",
        "createdById": "65f0c0ffee0000001",
        "assignedUserId": "65f0c0ffee0000001",
        "assignedUserName": "Kanzlei",
        "teamsIds": [],
        "description": None,
        "dokumentId": f"a{entity_id[1:]}",
        "dokumentName": "schriftsatz.pdf",
        "md5sum": MD5,
        "sha256": SHA256,
        "fileStatus": "synced",
        "xaiId": f"file_{entity_id}",
        "xaiCollections": [COLLECTION],
        "xaiSyncedHash": MD5,
        "xaiSyncStatus": "clean",
        "xaiSyncError": None,
        "versionNumber": 3,
    }


class Fake(asyncio.Protocol):
    holding = False
    held: list[tuple[Fake, bytes]] = []
    asked = 0

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.received = b""

    def data_received(self, data: bytes) -> None:
        self.received += data
        while b"\r\n\r\n" in self.received:
            head, _, self.received = self.received.partition(b"\r\n\r\n")
            self._answer(head.split(b" ", 2)[1])

    def _answer(self, path: bytes) -> None:
        if path in (b"/hold", b"/release"):
            Fake.holding = path == b"/hold"
            for line, body in Fake.held if not Fake.holding else ():
                line.send(body)
            Fake.held = Fake.held if Fake.holding else []
            return self.send(b"{}")
        if path == b"/asked":
            return self.send(str(Fake.asked).encode())
        Fake.asked += 1
        place, _, query = path.decode().partition("?")
        listed = parse_qs(query).get("searchParams")
        found: dict[str, Any]
        if listed:
            found = {"total": -2, "list": [document(each) for each in json.loads(listed[0])["where"][0]["value"]]}
        elif place.endswith("/Metadata"):
            found = {"fields": {}, "links": {}}
        else:
            found = document(place.rpartition("/")[2])
        body = json.dumps(found).encode()
        if Fake.holding:
            Fake.held.append((self, body))
            return None
        return self.send(body)

    def send(self, body: bytes) -> None:
        head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
        self.transport.write(head + body)


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Fake, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)  # ends with the benchmark, however that ends


if __name__ == "__main__":
    asyncio.run(main())
