from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ProductAnswer")


@_attrs_define
class ProductAnswer:
    """A product's conditions, as far as the bank names them.

    Attributes:
        application_signing_methods (list[str]):
        code (str):
        contract_signing_methods (list[str]):
        currency (str):
        name (str):
        payment_days (list[int]): Days of the month.
        periods (list[int]): In months.
        down_payment (bool | None | Unset):
        max_amount (None | str | Unset):
        min_amount (None | str | Unset):
        requires_merchant_approval (bool | None | Unset):
    """

    application_signing_methods: list[str]
    code: str
    contract_signing_methods: list[str]
    currency: str
    name: str
    payment_days: list[int]
    periods: list[int]
    down_payment: bool | None | Unset = UNSET
    max_amount: None | str | Unset = UNSET
    min_amount: None | str | Unset = UNSET
    requires_merchant_approval: bool | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        application_signing_methods = self.application_signing_methods

        code = self.code

        contract_signing_methods = self.contract_signing_methods

        currency = self.currency

        name = self.name

        payment_days = self.payment_days

        periods = self.periods

        down_payment: bool | None | Unset
        if isinstance(self.down_payment, Unset):
            down_payment = UNSET
        else:
            down_payment = self.down_payment

        max_amount: None | str | Unset
        if isinstance(self.max_amount, Unset):
            max_amount = UNSET
        else:
            max_amount = self.max_amount

        min_amount: None | str | Unset
        if isinstance(self.min_amount, Unset):
            min_amount = UNSET
        else:
            min_amount = self.min_amount

        requires_merchant_approval: bool | None | Unset
        if isinstance(self.requires_merchant_approval, Unset):
            requires_merchant_approval = UNSET
        else:
            requires_merchant_approval = self.requires_merchant_approval

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "application_signing_methods": application_signing_methods,
                "code": code,
                "contract_signing_methods": contract_signing_methods,
                "currency": currency,
                "name": name,
                "payment_days": payment_days,
                "periods": periods,
            }
        )
        if down_payment is not UNSET:
            field_dict["down_payment"] = down_payment
        if max_amount is not UNSET:
            field_dict["max_amount"] = max_amount
        if min_amount is not UNSET:
            field_dict["min_amount"] = min_amount
        if requires_merchant_approval is not UNSET:
            field_dict["requires_merchant_approval"] = requires_merchant_approval

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        application_signing_methods = cast(
            list[str], d.pop("application_signing_methods")
        )

        code = d.pop("code")

        contract_signing_methods = cast(list[str], d.pop("contract_signing_methods"))

        currency = d.pop("currency")

        name = d.pop("name")

        payment_days = cast(list[int], d.pop("payment_days"))

        periods = cast(list[int], d.pop("periods"))

        def _parse_down_payment(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        down_payment = _parse_down_payment(d.pop("down_payment", UNSET))

        def _parse_max_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        max_amount = _parse_max_amount(d.pop("max_amount", UNSET))

        def _parse_min_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        min_amount = _parse_min_amount(d.pop("min_amount", UNSET))

        def _parse_requires_merchant_approval(data: object) -> bool | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(bool | None | Unset, data)

        requires_merchant_approval = _parse_requires_merchant_approval(
            d.pop("requires_merchant_approval", UNSET)
        )

        product_answer = cls(
            application_signing_methods=application_signing_methods,
            code=code,
            contract_signing_methods=contract_signing_methods,
            currency=currency,
            name=name,
            payment_days=payment_days,
            periods=periods,
            down_payment=down_payment,
            max_amount=max_amount,
            min_amount=min_amount,
            requires_merchant_approval=requires_merchant_approval,
        )

        product_answer.additional_properties = d
        return product_answer

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
