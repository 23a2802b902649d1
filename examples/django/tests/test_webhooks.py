import base64
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from standardwebhooks import Webhook

from tests.conftest import SECRET
from tests.relay import Relay
from tests.service import Service
from tests.shop.models import Payment

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = "whsec_" + base64.b64encode(b"a secret of somebody else").decode()


def post(site: str, body: str, secret: str = SECRET, at: datetime | None = None) -> httpx.Response:
    at = at or datetime.now(UTC)
    headers = {
        "webhook-id": "e/1",
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign("e/1", at, body),
    }
    return httpx.post(f"{site}/payments/process/inbank/", content=body, headers=headers)


def told(shop: str, reference: str) -> str:
    return json.dumps({"type": "order.paid", "data": {"shop": shop, "reference": reference, "kind": "paid"}})


def test_a_webhook_that_the_service_has_not_signed_is_refused(site: str, service: Service) -> None:
    body = told(service.shop, "1001")
    assert post(site, body, OTHER).status_code == 401
    assert post(site, body, at=datetime.now(UTC) - timedelta(hours=1)).status_code == 401
    assert httpx.post(f"{site}/payments/process/inbank/", content=body).status_code == 401


@pytest.mark.parametrize("shop", ["main", "another"])
def test_a_webhook_of_no_matter_here_is_answered_or_it_would_come_for_days(site: str, shop: str) -> None:
    assert post(site, told(shop, "nobodys")).status_code == 200
    assert post(site, '{"type":"shop.changed","data":{}}').status_code == 200


def test_a_webhook_says_that_something_has_changed_and_the_service_says_what(
    site: str, service: Service, relay: Relay
) -> None:
    assert relay
    httpx.post(f"{site}/checkout/instant/said-1/", data={"total": "499.90"})
    assert post(site, told(service.shop, "said-1")).status_code == 200
    assert Payment.objects.get(order_number="said-1").status == "input"
