import base64
from collections.abc import Iterator
from typing import Any

import pytest
from payments import core

from tests.relay import Relay
from tests.service import Service

SECRET = "whsec_" + base64.b64encode(b"a secret of the tests, and no more").decode()


@pytest.fixture(scope="session")
def service() -> Iterator[Service]:
    service = Service.start()
    yield service
    service.stop()


@pytest.fixture(scope="session")
def relay(service: Service) -> Iterator[Relay]:
    relay = Relay()
    service.webhooks(relay.url, SECRET)
    yield relay
    relay.server.shutdown()


@pytest.fixture
def site(service: Service, relay: Relay, live_server: Any, settings: Any) -> str:
    """The site's address, with a payment method for each of two products."""
    relay.target = f"{live_server.url}/payments/process/inbank/"

    def variant(product: str) -> tuple[str, dict[str, object]]:
        config = {
            "url": service.url,
            "token": lambda: service.token,
            "webhook_secrets": lambda: [SECRET],
            "shop": service.shop,
            "product": product,
        }
        return "inbank_payments.InbankProvider", config

    # Of the sandbox's products one waits for the shop's approval.
    settings.PAYMENT_VARIANTS = {
        "inbank": variant("hire_purchase_approval"),
        "instant": variant("hire_purchase"),
    }
    core.PROVIDER_CACHE.clear()
    return str(live_server.url)
