from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.pay_request import PayRequest


T = TypeVar("T", bound="Pay")


@_attrs_define
class Pay:
    """What is to be paid.

    Attributes:
        amount (str): All that the customer is to pay. Example: 499.90.
        currency (str):  Example: EUR.
        product (str): The product's code, as Inbank gave it. Example: hire_purchase.
        locale (None | str | Unset): The dialog's language; the region's usual one without it. Example: et-EE.
        period (int | None | Unset): How long to repay, in months; the customer decides where it is left out.
        request (PayRequest | Unset): What else the guide's body has: `purchase`, `customer_data`, …
    """

    amount: str
    currency: str
    product: str
    locale: None | str | Unset = UNSET
    period: int | None | Unset = UNSET
    request: PayRequest | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        currency = self.currency

        product = self.product

        locale: None | str | Unset
        if isinstance(self.locale, Unset):
            locale = UNSET
        else:
            locale = self.locale

        period: int | None | Unset
        if isinstance(self.period, Unset):
            period = UNSET
        else:
            period = self.period

        request: dict[str, Any] | Unset = UNSET
        if not isinstance(self.request, Unset):
            request = self.request.to_dict()

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "amount": amount,
                "currency": currency,
                "product": product,
            }
        )
        if locale is not UNSET:
            field_dict["locale"] = locale
        if period is not UNSET:
            field_dict["period"] = period
        if request is not UNSET:
            field_dict["request"] = request

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.pay_request import PayRequest

        d = dict(src_dict)
        amount = d.pop("amount")

        currency = d.pop("currency")

        product = d.pop("product")

        def _parse_locale(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        locale = _parse_locale(d.pop("locale", UNSET))

        def _parse_period(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        period = _parse_period(d.pop("period", UNSET))

        _request = d.pop("request", UNSET)
        request: PayRequest | Unset
        if isinstance(_request, Unset):
            request = UNSET
        else:
            request = PayRequest.from_dict(_request)

        pay = cls(
            amount=amount,
            currency=currency,
            product=product,
            locale=locale,
            period=period,
            request=request,
        )

        return pay
