"""The provider: what django-payments asks, answered by the financing service."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from http import HTTPStatus
from typing import Any, NoReturn

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from inbank_service_client.models import OrderAnswer, Pay, Status
from payments import PaymentError, PaymentStatus, RedirectNeeded, get_payment_model
from payments.core import BasicProvider, provider_factory
from payments.models import BasePayment
from standardwebhooks import Webhook, WebhookVerificationError

from inbank_payments.service import Shop

# How an order that isn't paid ended, where it was neither declined nor failed.
WITHDRAWN = {"cancelled", "expired"}

# From these a payment can still become something else. What is confirmed or refunded stays so, whatever an
# answer says that was on its way meanwhile.
UNDECIDED = {PaymentStatus.WAITING, PaymentStatus.INPUT}
OVER = {PaymentStatus.REJECTED, PaymentStatus.CANCELLED, PaymentStatus.ERROR}


class InbankProvider(BasicProvider):
    """
    Sends customers to the bank, and has payments follow what the bank says.

    `token` and `webhook_secrets` are asked for at each call, since django-payments keeps a provider for as long
    as the process lives, and keys are exchanged meanwhile. `reference` names the field of the payment that
    holds the number of its order: all payments of one order are one order at the bank.
    """

    def __init__(
        self,
        *,
        url: str,
        token: Callable[[], str],
        webhook_secrets: Callable[[], Sequence[str]],
        shop: str,
        product: str,
        reference: str = "order_number",
    ) -> None:
        super().__init__(capture=False)
        self._url = url
        self._token = token
        self._webhook_secrets = webhook_secrets
        self._shop = shop
        self._product = product
        self._reference = reference

    def get_form(self, payment: BasePayment, data: Any = None) -> NoReturn:
        """Send the customer to the bank. A second click finds what the first has opened."""
        cart = Pay(
            product=self._product,
            amount=f"{Decimal(payment.total):.2f}",
            currency=payment.currency,
        )
        opened = self._service().pay(self._number(payment), cart)
        if not opened.redirect_url:
            self._follow(payment, opened.order)
            raise RedirectNeeded(self._page(payment))
        with transaction.atomic():
            locked = type(payment)._default_manager.select_for_update().get(pk=payment.pk)
            if locked.status in UNDECIDED | OVER and locked.status != PaymentStatus.INPUT:
                locked.change_status(PaymentStatus.INPUT)
        payment.refresh_from_db()
        raise RedirectNeeded(opened.redirect_url)

    def get_token_from_request(self, payment: BasePayment | None, request: HttpRequest) -> str:
        """Find the payment that a webhook is about, once its signature is verified."""
        event = self._verified(request)
        data = event.get("data") if isinstance(event, dict) else None
        if not isinstance(data, dict) or data.get("shop") != self._shop or not data.get("reference"):
            raise NotOurs
        found = self._chosen(self._payments(get_payment_model()._default_manager.all(), data["reference"]))
        if not found:
            raise NotOurs
        return str(found.token)

    def process_data(self, payment: BasePayment, request: HttpRequest) -> HttpResponse:
        """
        Have the payment follow the order as the service has it now.

        Nothing of the request counts: whoever knows a payment's address may call it.
        """
        self._follow(payment, self._service().order(self._number(payment)))
        if "webhook-id" in request.headers:
            return HttpResponse()
        return HttpResponseRedirect(self._page(payment))

    def capture(self, payment: BasePayment, amount: Decimal | None = None) -> None:
        """Approve. The bank takes some seconds, so that nothing is captured yet: a webhook confirms the payment."""
        if amount is not None and Decimal(amount) != payment.total:
            raise PaymentError("the bank's contract is over the whole amount; capture all of it, or release it")
        self._follow(payment, self._service().approve(self._number(payment)).order)

    def release(self, payment: BasePayment) -> None:
        """Cancel what the bank has granted, or raise while it has not come about: call it again after the webhook."""
        self._cancel(payment)

    def cancel(self, payment: BasePayment) -> None:
        """Cancel what the customer has begun, likewise."""
        try:
            self._cancel(payment)
        except PaymentError as error:
            # The customer was never sent to the bank.
            if error.code != HTTPStatus.NOT_FOUND:
                raise

    def refund(self, payment: BasePayment, amount: Decimal | None = None) -> NoReturn:
        """Raise: the bank's guides have no returns of what was paid."""
        raise NotImplementedError(
            "Inbank's API has no refunds: return the money in the Partner Portal, and mark it here"
        )

    def _cancel(self, payment: BasePayment) -> None:
        order = self._service().cancel(self._number(payment)).order
        if order.status != Status.NOT_PAID:
            raise PaymentError("the bank has the cancellation; a webhook tells when it has come about")

    def _service(self) -> Shop:
        return Shop(self._url, self._token(), self._shop)

    def _number(self, payment: BasePayment) -> str:
        return str(getattr(payment, self._reference))

    def _page(self, payment: BasePayment) -> str:
        return payment.get_failure_url() if payment.status in OVER else payment.get_success_url()

    def _payments(self, every: QuerySet[Any], number: str) -> list[BasePayment]:
        """All payments of an order by one of the shop's products, the oldest first."""
        rows = every.filter(**{self._reference: number}).order_by("pk")
        return [payment for payment in rows if self._has(payment)]

    def _has(self, payment: BasePayment) -> bool:
        try:
            provider = provider_factory(payment.variant, payment)
        except ValueError:
            # Of a variant that the site no longer has.
            return False
        return isinstance(provider, InbankProvider) and provider._shop == self._shop

    @staticmethod
    def _chosen(payments: list[BasePayment]) -> BasePayment | None:
        """
        Choose the one payment of an order that follows it.

        A site makes a payment with each click, and only one of them may be confirmed: the one that the bank has
        answered, else the latest.
        """
        answered = [payment for payment in payments if payment.status not in UNDECIDED | OVER]
        return next(iter(answered), payments[-1] if payments else None)

    def _follow(self, payment: BasePayment, order: OrderAnswer) -> None:
        with transaction.atomic():
            every = type(payment)._default_manager.select_for_update()
            chosen = self._chosen(self._payments(every, self._number(payment)))
            if chosen:
                self._settle(chosen, order)
        payment.refresh_from_db()

    @staticmethod
    def _settle(payment: BasePayment, order: OrderAnswer) -> None:
        """Make of an order's status the payment's, which is locked."""
        now = payment.status
        if order.status in {Status.NEEDS_PERSON, Status.TERMINATED}:
            says = order.needs_person or order.detail or "see the service"
            payment.message = f"{order.status}: {says}"
            payment.save(update_fields=["message"])
        elif order.status == Status.NOT_PAID and now in UNDECIDED | {PaymentStatus.PREAUTH}:
            withdrawn = order.detail in WITHDRAWN
            ended = PaymentStatus.CANCELLED if withdrawn else PaymentStatus.REJECTED
            payment.change_status(ended, order.detail or "")
        elif order.status in {Status.AWAITS_MERCHANT, Status.PAID} and now in UNDECIDED | OVER | {
            PaymentStatus.PREAUTH
        }:
            amount = Decimal(order.amount or 0)
            if (amount, order.currency) != (payment.total, payment.currency):
                payment.message = f"{order.status} with {amount} {order.currency}: a person should look at it"
                payment.save(update_fields=["message"])
                return
            payment.transaction_id = f"{order.reference}/{order.attempts[-1].number}"
            if order.status == Status.PAID:
                payment.captured_amount = amount
                payment.save(update_fields=["captured_amount", "transaction_id"])
                payment.change_status(PaymentStatus.CONFIRMED)
            elif now != PaymentStatus.PREAUTH:
                payment.save(update_fields=["transaction_id"])
                payment.change_status(PaymentStatus.PREAUTH)

    def _verified(self, request: HttpRequest) -> Any:
        headers = dict(request.headers)
        for secret in self._webhook_secrets():
            try:
                return Webhook(secret).verify(request.body, headers)
            except (WebhookVerificationError, ValueError):
                # Of the former secret, or of nobody that is known.
                continue
        raise PaymentError("the signature is not the service's", code=HTTPStatus.UNAUTHORIZED)


class NotOurs(PaymentError):
    """
    A webhook that is of no matter here.

    It is answered with 200, or it would come for days: django-payments answers with the code of the error.
    """

    def __init__(self) -> None:
        super().__init__("about no payment of this site", code=HTTPStatus.OK)
