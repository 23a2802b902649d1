"""Stands between the service and the site, and delivers every webhook twice."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition, Event, Thread

import httpx
from inbank_service_client import AuthenticatedClient
from inbank_service_client.api.events import list_events
from inbank_service_client.models import Events
from standardwebhooks import Webhook

from tests.service import Service


@dataclass
class Relay:
    service: Service
    secret: str
    target: str = ""
    # The statuses that the site answered with, by order and kind.
    deliveries: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    told: Condition = field(default_factory=Condition)
    stopping: Event = field(default_factory=Event)

    def start(self) -> None:
        Thread(target=self._feed, daemon=True).start()

    def _feed(self) -> None:
        client = AuthenticatedClient(base_url=self.service.url, token=self.service.token)
        after = ""
        while not self.stopping.is_set():
            answer = list_events.sync(client=client, after=after, wait=1)
            assert isinstance(answer, Events)
            after = answer.next_
            for event in answer.events:
                data = event.to_dict()
                data["reference"] = data.pop("order")
                data["kind"] = data["status"] = data.pop("event")
                body = json.dumps({"type": f"order.{data['kind']}", "data": data})
                now = datetime.now(UTC)
                headers = {
                    "webhook-id": event.id,
                    "webhook-timestamp": str(int(now.timestamp())),
                    "webhook-signature": Webhook(self.secret).sign(event.id, now, body),
                }
                self.deliver(body.encode(), headers)

    def deliver(self, body: bytes, headers: dict[str, str]) -> int:
        statuses = [httpx.post(self.target, content=body, headers=headers).status_code for _ in range(2)]
        data = json.loads(body)["data"]
        with self.told:
            self.deliveries[data["reference"], data["kind"]] = statuses
            self.told.notify_all()
        return statuses[0]

    def delivered(self, reference: str, kind: str) -> list[int]:
        """Waits for an order's event, and says what the site answered."""
        with self.told:
            there = self.told.wait_for(lambda: (reference, kind) in self.deliveries, timeout=30)
            assert there, f"no {kind} of {reference}"
            return self.deliveries[reference, kind]
