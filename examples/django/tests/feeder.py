import json
from datetime import UTC, datetime
from threading import Thread

import httpx
from inbank_service_client import AuthenticatedClient
from inbank_service_client.api.events import list_events
from standardwebhooks import Webhook


def feed(service, url, secret):
    def run():
        client = AuthenticatedClient(base_url=service.url, token=service.token)
        after = ""
        while True:
            answer = list_events.sync(client=client, after=after, wait=1)
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
                    "webhook-signature": Webhook(secret).sign(event.id, now, body),
                }
                httpx.post(url, content=body.encode(), headers=headers)
    Thread(target=run, daemon=True).start()
