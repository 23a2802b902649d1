from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.status import Status
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.attempt_answer import AttemptAnswer


T = TypeVar("T", bound="OrderAnswer")


@_attrs_define
class OrderAnswer:
    """An order over its attempts.

    Attributes:
        attempts (list[AttemptAnswer]):
        opened_at (datetime.datetime): When it was opened.
        reference (str): The order, as the shop calls it.
        shop (str):
        status (Status): Where an order stands, in a word for programs.
        amount (None | str | Unset): Of the attempt that counts; none for a rental, whose total the bank works out.
            Example: 499.90.
        currency (None | str | Unset):  Example: EUR.
        detail (None | str | Unset): What the status says besides: the customer's next action, how it ended.
        needs_person (None | str | Unset): What a person should look at.
    """

    attempts: list[AttemptAnswer]
    opened_at: datetime.datetime
    reference: str
    shop: str
    status: Status
    amount: None | str | Unset = UNSET
    currency: None | str | Unset = UNSET
    detail: None | str | Unset = UNSET
    needs_person: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        attempts = []
        for attempts_item_data in self.attempts:
            attempts_item = attempts_item_data.to_dict()
            attempts.append(attempts_item)

        opened_at = self.opened_at.isoformat()

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

        needs_person: None | str | Unset
        if isinstance(self.needs_person, Unset):
            needs_person = UNSET
        else:
            needs_person = self.needs_person

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "attempts": attempts,
                "opened_at": opened_at,
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
        if needs_person is not UNSET:
            field_dict["needs_person"] = needs_person

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.attempt_answer import AttemptAnswer

        d = dict(src_dict)
        attempts = []
        _attempts = d.pop("attempts")
        for attempts_item_data in _attempts:
            attempts_item = AttemptAnswer.from_dict(attempts_item_data)

            attempts.append(attempts_item)

        opened_at = datetime.datetime.fromisoformat(d.pop("opened_at"))

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

        def _parse_needs_person(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        needs_person = _parse_needs_person(d.pop("needs_person", UNSET))

        order_answer = cls(
            attempts=attempts,
            opened_at=opened_at,
            reference=reference,
            shop=shop,
            status=status,
            amount=amount,
            currency=currency,
            detail=detail,
            needs_person=needs_person,
        )

        order_answer.additional_properties = d
        return order_answer

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
