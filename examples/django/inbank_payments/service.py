"""Calls `inbank serve` about the orders of one shop."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import httpx
from inbank_service_client import AuthenticatedClient
from inbank_service_client.api.commands import approve, cancel
from inbank_service_client.api.orders import pay, show_order
from inbank_service_client.models import Commanded, Opened, OrderAnswer, Pay, Problem
from payments import PaymentError

T = TypeVar("T")

# A read at the bank may take some seconds; a customer who waits longer has gone.
TIME_LIMIT = httpx.Timeout(20.0)


@dataclass(frozen=True)
class Shop:
    """One shop at the service."""

    url: str
    token: str
    name: str

    def pay(self, reference: str, cart: Pay) -> Opened:
        """Open an order's payment, or find it open: the same cart is one attempt, however often it is sent."""
        with self._client() as client:
            return _answer(pay.sync(self.name, reference, client=client, body=cart))

    def order(self, reference: str) -> OrderAnswer:
        """Read how an order stands."""
        with self._client() as client:
            return _answer(show_order.sync(self.name, reference, client=client))

    def approve(self, reference: str) -> Commanded:
        """Approve what the bank has granted. Safe to repeat."""
        with self._client() as client:
            return _answer(approve.sync(self.name, reference, client=client))

    def cancel(self, reference: str) -> Commanded:
        """Cancel an order's financing. Safe to repeat."""
        with self._client() as client:
            return _answer(cancel.sync(self.name, reference, client=client))

    @contextmanager
    def _client(self) -> Iterator[AuthenticatedClient]:
        client = AuthenticatedClient(base_url=self.url, token=self.token, timeout=TIME_LIMIT)
        try:
            with client:
                yield client
        except httpx.HTTPError as error:
            raise PaymentError("the financing service gave no answer; try again") from error


def _answer(answer: T | Problem | None) -> T:
    if isinstance(answer, Problem):
        # What happened and what to do next. There is nobody's data in it.
        raise PaymentError(answer.detail, code=answer.status)
    if answer is None:
        raise PaymentError("the financing service gave an answer that is not known")
    return answer
