from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.example import Example


T = TypeVar("T", bound="QuoteAnswer")


@_attrs_define
class QuoteAnswer:
    """Preliminary conditions, as the bank has calculated them.

    Attributes:
        amount (str):
        credit_cost_rate_annual (str): The APRC, as a fraction.
        currency (str):
        interest_rate_annual (str): A fraction: `0.099` is 9.9 %.
        payment_amount_monthly (str):
        period (int):
        product (str):
        representative_example (Example): The standard information, in a country's language.
        total_cost (str):
        total_cost_of_credit (str):
    """

    amount: str
    credit_cost_rate_annual: str
    currency: str
    interest_rate_annual: str
    payment_amount_monthly: str
    period: int
    product: str
    representative_example: Example
    total_cost: str
    total_cost_of_credit: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        amount = self.amount

        credit_cost_rate_annual = self.credit_cost_rate_annual

        currency = self.currency

        interest_rate_annual = self.interest_rate_annual

        payment_amount_monthly = self.payment_amount_monthly

        period = self.period

        product = self.product

        representative_example = self.representative_example.to_dict()

        total_cost = self.total_cost

        total_cost_of_credit = self.total_cost_of_credit

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "amount": amount,
                "credit_cost_rate_annual": credit_cost_rate_annual,
                "currency": currency,
                "interest_rate_annual": interest_rate_annual,
                "payment_amount_monthly": payment_amount_monthly,
                "period": period,
                "product": product,
                "representative_example": representative_example,
                "total_cost": total_cost,
                "total_cost_of_credit": total_cost_of_credit,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.example import Example

        d = dict(src_dict)
        amount = d.pop("amount")

        credit_cost_rate_annual = d.pop("credit_cost_rate_annual")

        currency = d.pop("currency")

        interest_rate_annual = d.pop("interest_rate_annual")

        payment_amount_monthly = d.pop("payment_amount_monthly")

        period = d.pop("period")

        product = d.pop("product")

        representative_example = Example.from_dict(d.pop("representative_example"))

        total_cost = d.pop("total_cost")

        total_cost_of_credit = d.pop("total_cost_of_credit")

        quote_answer = cls(
            amount=amount,
            credit_cost_rate_annual=credit_cost_rate_annual,
            currency=currency,
            interest_rate_annual=interest_rate_annual,
            payment_amount_monthly=payment_amount_monthly,
            period=period,
            product=product,
            representative_example=representative_example,
            total_cost=total_cost,
            total_cost_of_credit=total_cost_of_credit,
        )

        quote_answer.additional_properties = d
        return quote_answer

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
