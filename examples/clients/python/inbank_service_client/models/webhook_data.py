from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.status import Status
from ..types import UNSET, Unset

T = TypeVar("T", bound="WebhookData")


@_attrs_define
class WebhookData:
    """What happened to which order.

    Attributes:
        attempt (int): Which attempt at the order it is about, from 1.
        kind (str): What happened, as `/v1/events` calls it. Example: paid.
        number (int): Counts the order's events, from 1: a gap is an event that was given up.
        reference (str): The order, as the shop calls it.
        shop (str):
        status (Status): Where an order stands, in a word for programs.
        amount (None | str | Unset): What the attempt is for: compare it with the order's total before goods are sent.
            Example: 499.90.
        currency (None | str | Unset):  Example: EUR.
        detail (None | str | Unset): What it says besides: the action, the end, why a person should look.
    """

    attempt: int
    kind: str
    number: int
    reference: str
    shop: str
    status: Status
    amount: None | str | Unset = UNSET
    currency: None | str | Unset = UNSET
    detail: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempt = self.attempt

        kind = self.kind

        number = self.number

        reference = self.reference

        shop = self.shop

        status = self.status.value

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
                "kind": kind,
                "number": number,
                "reference": reference,
                "shop": shop,
                "status": status,
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

        kind = d.pop("kind")

        number = d.pop("number")

        reference = d.pop("reference")

        shop = d.pop("shop")

        status = Status(d.pop("status"))

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

        webhook_data = cls(
            attempt=attempt,
            kind=kind,
            number=number,
            reference=reference,
            shop=shop,
            status=status,
            amount=amount,
            currency=currency,
            detail=detail,
        )

        webhook_data.additional_properties = d
        return webhook_data

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
