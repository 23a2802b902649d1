from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Asked")


@_attrs_define
class Asked:
    """What is to be quoted.

    Attributes:
        amount (str): The price, down payment included, in the region's currency. Example: 499.90.
        period (int): In months. Example: 12.
        product (str): The product's code. Example: hire_purchase.
        down_payment (None | str | Unset): The part of the amount that is paid at once.
        language (None | str | Unset): The language of the representative example: cs, en, et, lt, lv, pl or ru; the
            region's without it.
        payment_day (int | None | Unset): The day of the month to pay on.
    """

    amount: str
    period: int
    product: str
    down_payment: None | str | Unset = UNSET
    language: None | str | Unset = UNSET
    payment_day: int | None | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        period = self.period

        product = self.product

        down_payment: None | str | Unset
        if isinstance(self.down_payment, Unset):
            down_payment = UNSET
        else:
            down_payment = self.down_payment

        language: None | str | Unset
        if isinstance(self.language, Unset):
            language = UNSET
        else:
            language = self.language

        payment_day: int | None | Unset
        if isinstance(self.payment_day, Unset):
            payment_day = UNSET
        else:
            payment_day = self.payment_day

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "amount": amount,
                "period": period,
                "product": product,
            }
        )
        if down_payment is not UNSET:
            field_dict["down_payment"] = down_payment
        if language is not UNSET:
            field_dict["language"] = language
        if payment_day is not UNSET:
            field_dict["payment_day"] = payment_day

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        amount = d.pop("amount")

        period = d.pop("period")

        product = d.pop("product")

        def _parse_down_payment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        down_payment = _parse_down_payment(d.pop("down_payment", UNSET))

        def _parse_language(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        language = _parse_language(d.pop("language", UNSET))

        def _parse_payment_day(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        payment_day = _parse_payment_day(d.pop("payment_day", UNSET))

        asked = cls(
            amount=amount,
            period=period,
            product=product,
            down_payment=down_payment,
            language=language,
            payment_day=payment_day,
        )

        return asked
