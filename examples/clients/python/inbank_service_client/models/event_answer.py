from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="EventAnswer")


@_attrs_define
class EventAnswer:
    """Something that happened to an order.

    Attributes:
        attempt (int):
        event (str): What happened: `paid`, `not_paid`, `awaits_merchant`, `action_wanted`, `needs_person`,
            `terminated`.
        id (str): The same each time that it is read: drop what was seen before.
        number (int): Counts the order's events, from 1, without a gap.
        occurred_at (datetime.datetime):
        order (str): The order, as the shop calls it.
        shop (str):
        amount (None | str | Unset):  Example: 499.90.
        currency (None | str | Unset):  Example: EUR.
        detail (None | str | Unset): What it says besides: the action, the end, why a person should look.
    """

    attempt: int
    event: str
    id: str
    number: int
    occurred_at: datetime.datetime
    order: str
    shop: str
    amount: None | str | Unset = UNSET
    currency: None | str | Unset = UNSET
    detail: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempt = self.attempt

        event = self.event

        id = self.id

        number = self.number

        occurred_at = self.occurred_at.isoformat()

        order = self.order

        shop = self.shop

        amount: None | str | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        else:
            amount = self.amount

        currency: None | str | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        else:
            currency = self.currency

        detail: None | str | Unset
        if isinstance(self.detail, Unset):
            detail = UNSET
        else:
            detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempt": attempt,
                "event": event,
                "id": id,
                "number": number,
                "occurred_at": occurred_at,
                "order": order,
                "shop": shop,
            }
        )
        if amount is not UNSET:
            field_dict["amount"] = amount
        if currency is not UNSET:
            field_dict["currency"] = currency
        if detail is not UNSET:
            field_dict["detail"] = detail

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        attempt = d.pop("attempt")

        event = d.pop("event")

        id = d.pop("id")

        number = d.pop("number")

        occurred_at = datetime.datetime.fromisoformat(d.pop("occurred_at"))

        order = d.pop("order")

        shop = d.pop("shop")

        def _parse_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        def _parse_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_detail(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        detail = _parse_detail(d.pop("detail", UNSET))

        event_answer = cls(
            attempt=attempt,
            event=event,
            id=id,
            number=number,
            occurred_at=occurred_at,
            order=order,
            shop=shop,
            amount=amount,
            currency=currency,
            detail=detail,
        )

        event_answer.additional_properties = d
        return event_answer

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
