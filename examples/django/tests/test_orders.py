from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import httpx
import pytest
from inbank_service_client.models import OrderAnswer, Status
from payments import PaymentError, PaymentStatus
from payments.core import provider_factory
from payments.signals import status_changed

from tests.relay import Relay
from tests.service import Service
from tests.shop.models import Payment

pytestmark = pytest.mark.django_db(transaction=True)


def click(site: str, variant: str, order: str) -> httpx.Response:
    """What the customer's browser does; it follows no address yet."""
    return httpx.post(f"{site}/checkout/{variant}/{order}/", data={"total": "499.90"})


def statuses(order: str) -> list[str]:
    return [payment.status for payment in Payment.objects.filter(order_number=order).order_by("pk")]


def granted(site: str, service: Service, relay: Relay, order: str) -> Payment:
    click(site, "inbank", order)
    service.customer("granted", order)
    assert relay.delivered(order, "awaits_merchant") == [200, 200]
    payment = Payment.objects.get(order_number=order)
    assert payment.status == PaymentStatus.PREAUTH
    return payment


def test_an_order_is_paid_and_confirmed_once_though_its_webhook_comes_twice(
    site: str, service: Service, relay: Relay
) -> None:
    told: list[str] = []

    def listen(instance: Payment, **_: object) -> None:
        told.append(instance.status)

    status_changed.connect(listen)
    try:
        answer = click(site, "instant", "paid-1")
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(service.sandbox)
        assert statuses("paid-1") == [PaymentStatus.INPUT]

        service.customer("completed", "paid-1")
        assert relay.delivered("paid-1", "paid") == [200, 200]
    finally:
        status_changed.disconnect(listen)

    payment = Payment.objects.get(order_number="paid-1")
    assert payment.status == PaymentStatus.CONFIRMED
    assert payment.captured_amount == Decimal("499.90")
    assert payment.transaction_id == "paid-1/1"
    assert told == [PaymentStatus.INPUT, PaymentStatus.CONFIRMED]


def test_a_declined_order_can_be_tried_again(site: str, service: Service, relay: Relay) -> None:
    first = click(site, "instant", "declined-1")
    service.customer("declined", "declined-1")
    assert relay.delivered("declined-1", "not_paid") == [200, 200]
    payment = Payment.objects.get(order_number="declined-1")
    assert (payment.status, payment.message) == (PaymentStatus.REJECTED, "declined")

    second = click(site, "instant", "declined-1")
    assert second.headers["location"] != first.headers["location"]
    service.customer("completed", "declined-1")
    relay.delivered("declined-1", "paid")
    assert statuses("declined-1") == [PaymentStatus.REJECTED, PaymentStatus.CONFIRMED]


def test_a_double_click_opens_one_attempt_and_one_payment_is_confirmed(
    site: str, service: Service, relay: Relay
) -> None:
    with ThreadPoolExecutor(2) as pool:
        clicks = list(pool.map(lambda _: click(site, "instant", "double-1"), range(2)))
    addresses = {answer.headers["location"] for answer in clicks}
    assert len(addresses) == 1
    service.customer("completed", "double-1")
    relay.delivered("double-1", "paid")
    assert statuses("double-1") == [PaymentStatus.INPUT, PaymentStatus.CONFIRMED]

    # The first click's payment is asked about as well, and is not confirmed besides.
    first = Payment.objects.filter(order_number="double-1").earliest("pk")
    httpx.get(f"{site}/payments/process/{first.token}/")
    assert statuses("double-1") == [PaymentStatus.INPUT, PaymentStatus.CONFIRMED]

    third = click(site, "instant", "double-1")
    assert third.headers["location"] == "/thanks/double-1/"


def test_a_capture_is_under_way_until_the_bank_has_activated(site: str, service: Service, relay: Relay) -> None:
    payment = granted(site, service, relay, "capture-1")
    payment.capture()
    assert payment.status == PaymentStatus.PREAUTH
    assert payment.captured_amount == 0

    assert relay.delivered("capture-1", "paid") == [200, 200]
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CONFIRMED
    assert payment.captured_amount == Decimal("499.90")


def test_part_of_an_amount_is_not_captured(site: str, service: Service, relay: Relay) -> None:
    payment = granted(site, service, relay, "part-1")
    with pytest.raises(PaymentError, match="whole amount"):
        payment.capture(Decimal("100.00"))


def test_a_release_raises_until_the_bank_has_cancelled(site: str, service: Service, relay: Relay) -> None:
    payment = granted(site, service, relay, "release-1")
    with pytest.raises(PaymentError, match="a webhook tells"):
        payment.release()
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.PREAUTH

    assert relay.delivered("release-1", "not_paid") == [200, 200]
    payment.refresh_from_db()
    assert payment.status == PaymentStatus.CANCELLED


def test_nothing_is_refunded(site: str, service: Service, relay: Relay) -> None:
    click(site, "instant", "refund-1")
    service.customer("completed", "refund-1")
    relay.delivered("refund-1", "paid")
    with pytest.raises(NotImplementedError):
        Payment.objects.get(order_number="refund-1").refund()


def test_a_payment_that_never_went_to_the_bank_is_cancelled(site: str) -> None:
    assert site
    payment = Payment.objects.create(variant="inbank", order_number="new-1", total="499.90", currency="EUR")
    payment.cancel()
    assert statuses("new-1") == [PaymentStatus.CANCELLED]


def test_an_amount_that_the_product_does_not_have_is_told(site: str) -> None:
    answer = httpx.post(f"{site}/checkout/instant/dear-1/", data={"total": "49990.00"})
    assert answer.status_code == 422
    assert statuses("dear-1") == [PaymentStatus.WAITING]


@pytest.mark.parametrize("late", [Status.OPEN, Status.AWAITS_MERCHANT, Status.NOT_PAID, Status.TERMINATED])
def test_an_answer_that_comes_late_takes_nothing_back(site: str, service: Service, relay: Relay, late: Status) -> None:
    order = f"late-{late}"
    click(site, "instant", order)
    service.customer("completed", order)
    relay.delivered(order, "paid")
    payment = Payment.objects.get(order_number=order)
    assert payment.status == PaymentStatus.CONFIRMED

    provider: Any = provider_factory("instant")
    answer: OrderAnswer = provider._service().order(order)
    answer.status = late
    # The request that asked has the payment as it was before.
    payment.status = PaymentStatus.INPUT
    provider._follow(payment, answer)
    assert statuses(order) == [PaymentStatus.CONFIRMED]


def test_another_amount_than_the_payments_is_left_to_a_person(site: str, service: Service, relay: Relay) -> None:
    click(site, "instant", "amount-1")
    Payment.objects.filter(order_number="amount-1").update(total="500.00")
    service.customer("completed", "amount-1")
    relay.delivered("amount-1", "paid")
    payment = Payment.objects.get(order_number="amount-1")
    assert payment.status == PaymentStatus.INPUT
    assert "a person should look at it" in payment.message
