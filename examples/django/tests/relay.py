"""Stands between the service and the site, and delivers every webhook twice at once."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Condition, Thread
from typing import Any

import httpx

SIGNED = ("webhook-id", "webhook-timestamp", "webhook-signature")


@dataclass
class Relay:
    """A server in a thread of its own."""

    # Where the site takes webhooks.
    target: str = ""
    # The statuses that the site answered with, by order and kind.
    deliveries: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    told: Condition = field(default_factory=Condition)

    def __post_init__(self) -> None:
        relay = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name: self.headers[name] for name in SIGNED}
                self.send_response(relay.deliver(body, headers))
                self.send_header("content-length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"

    def deliver(self, body: bytes, headers: dict[str, str]) -> int:
        def post(_: int) -> int:
            return httpx.post(self.target, content=body, headers=headers, timeout=30).status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(post, range(2)))
        data = json.loads(body)["data"]
        with self.told:
            self.deliveries[data["reference"], data["kind"]] = statuses
            self.told.notify_all()
        return statuses[0]

    def delivered(self, reference: str, kind: str) -> list[int]:
        """Wait for an order's event, and say what the site answered."""
        with self.told:
            there = self.told.wait_for(lambda: (reference, kind) in self.deliveries, timeout=60)
            assert there, f"no {kind} of {reference}"
            return self.deliveries[reference, kind]
