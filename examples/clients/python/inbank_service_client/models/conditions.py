from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.payment import Payment


T = TypeVar("T", bound="Conditions")


@_attrs_define
class Conditions:
    """The customer's own conditions. All amounts are in `currency`.

    Attributes:
        amount (str): Down payment included. Example: 499.90.
        credit_cost_rate_annual (str): The APRC, as a fraction.
        currency (str):  Example: EUR.
        interest_rate_annual (str): A fraction: `0.099` is 9.9 %.
        payment_amount_monthly (str):
        period (int): How long to repay, in months.
        schedule (list[Payment]): Every payment, where the bank lists them.
        admin_fee_monthly (None | str | Unset):
        admin_fee_total (None | str | Unset):
        contract_fee (None | str | Unset):
        down_payment (None | str | Unset):
        first_payment (None | Payment | Unset):
        insurance_fee_monthly (None | str | Unset):
        insurance_fee_total (None | str | Unset):
        interest_total (None | str | Unset):
        last_payment (None | Payment | Unset):
        net_credit_amount (None | str | Unset): The credit itself.
        payment_day (int | None | Unset): The day of the month to pay on.
        residual (None | str | Unset): What is left to pay after the last instalment.
        total_cost (None | str | Unset): All that is repaid.
        total_cost_of_credit (None | str | Unset): What of that is the credit's price.
    """

    amount: str
    credit_cost_rate_annual: str
    currency: str
    interest_rate_annual: str
    payment_amount_monthly: str
    period: int
    schedule: list[Payment]
    admin_fee_monthly: None | str | Unset = UNSET
    admin_fee_total: None | str | Unset = UNSET
    contract_fee: None | str | Unset = UNSET
    down_payment: None | str | Unset = UNSET
    first_payment: None | Payment | Unset = UNSET
    insurance_fee_monthly: None | str | Unset = UNSET
    insurance_fee_total: None | str | Unset = UNSET
    interest_total: None | str | Unset = UNSET
    last_payment: None | Payment | Unset = UNSET
    net_credit_amount: None | str | Unset = UNSET
    payment_day: int | None | Unset = UNSET
    residual: None | str | Unset = UNSET
    total_cost: None | str | Unset = UNSET
    total_cost_of_credit: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.payment import Payment

        amount = self.amount

        credit_cost_rate_annual = self.credit_cost_rate_annual

        currency = self.currency

        interest_rate_annual = self.interest_rate_annual

        payment_amount_monthly = self.payment_amount_monthly

        period = self.period

        schedule = []
        for schedule_item_data in self.schedule:
            schedule_item = schedule_item_data.to_dict()
            schedule.append(schedule_item)

        admin_fee_monthly: None | str | Unset
        if isinstance(self.admin_fee_monthly, Unset):
            admin_fee_monthly = UNSET
        else:
            admin_fee_monthly = self.admin_fee_monthly

        admin_fee_total: None | str | Unset
        if isinstance(self.admin_fee_total, Unset):
            admin_fee_total = UNSET
        else:
            admin_fee_total = self.admin_fee_total

        contract_fee: None | str | Unset
        if isinstance(self.contract_fee, Unset):
            contract_fee = UNSET
        else:
            contract_fee = self.contract_fee

        down_payment: None | str | Unset
        if isinstance(self.down_payment, Unset):
            down_payment = UNSET
        else:
            down_payment = self.down_payment

        first_payment: dict[str, Any] | None | Unset
        if isinstance(self.first_payment, Unset):
            first_payment = UNSET
        elif isinstance(self.first_payment, Payment):
            first_payment = self.first_payment.to_dict()
        else:
            first_payment = self.first_payment

        insurance_fee_monthly: None | str | Unset
        if isinstance(self.insurance_fee_monthly, Unset):
            insurance_fee_monthly = UNSET
        else:
            insurance_fee_monthly = self.insurance_fee_monthly

        insurance_fee_total: None | str | Unset
        if isinstance(self.insurance_fee_total, Unset):
            insurance_fee_total = UNSET
        else:
            insurance_fee_total = self.insurance_fee_total

        interest_total: None | str | Unset
        if isinstance(self.interest_total, Unset):
            interest_total = UNSET
        else:
            interest_total = self.interest_total

        last_payment: dict[str, Any] | None | Unset
        if isinstance(self.last_payment, Unset):
            last_payment = UNSET
        elif isinstance(self.last_payment, Payment):
            last_payment = self.last_payment.to_dict()
        else:
            last_payment = self.last_payment

        net_credit_amount: None | str | Unset
        if isinstance(self.net_credit_amount, Unset):
            net_credit_amount = UNSET
        else:
            net_credit_amount = self.net_credit_amount

        payment_day: int | None | Unset
        if isinstance(self.payment_day, Unset):
            payment_day = UNSET
        else:
            payment_day = self.payment_day

        residual: None | str | Unset
        if isinstance(self.residual, Unset):
            residual = UNSET
        else:
            residual = self.residual

        total_cost: None | str | Unset
        if isinstance(self.total_cost, Unset):
            total_cost = UNSET
        else:
            total_cost = self.total_cost

        total_cost_of_credit: None | str | Unset
        if isinstance(self.total_cost_of_credit, Unset):
            total_cost_of_credit = UNSET
        else:
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
                "schedule": schedule,
            }
        )
        if admin_fee_monthly is not UNSET:
            field_dict["admin_fee_monthly"] = admin_fee_monthly
        if admin_fee_total is not UNSET:
            field_dict["admin_fee_total"] = admin_fee_total
        if contract_fee is not UNSET:
            field_dict["contract_fee"] = contract_fee
        if down_payment is not UNSET:
            field_dict["down_payment"] = down_payment
        if first_payment is not UNSET:
            field_dict["first_payment"] = first_payment
        if insurance_fee_monthly is not UNSET:
            field_dict["insurance_fee_monthly"] = insurance_fee_monthly
        if insurance_fee_total is not UNSET:
            field_dict["insurance_fee_total"] = insurance_fee_total
        if interest_total is not UNSET:
            field_dict["interest_total"] = interest_total
        if last_payment is not UNSET:
            field_dict["last_payment"] = last_payment
        if net_credit_amount is not UNSET:
            field_dict["net_credit_amount"] = net_credit_amount
        if payment_day is not UNSET:
            field_dict["payment_day"] = payment_day
        if residual is not UNSET:
            field_dict["residual"] = residual
        if total_cost is not UNSET:
            field_dict["total_cost"] = total_cost
        if total_cost_of_credit is not UNSET:
            field_dict["total_cost_of_credit"] = total_cost_of_credit

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.payment import Payment

        d = dict(src_dict)
        amount = d.pop("amount")

        credit_cost_rate_annual = d.pop("credit_cost_rate_annual")

        currency = d.pop("currency")

        interest_rate_annual = d.pop("interest_rate_annual")

        payment_amount_monthly = d.pop("payment_amount_monthly")

        period = d.pop("period")

        schedule = []
        _schedule = d.pop("schedule")
        for schedule_item_data in _schedule:
            schedule_item = Payment.from_dict(schedule_item_data)

            schedule.append(schedule_item)

        def _parse_admin_fee_monthly(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        admin_fee_monthly = _parse_admin_fee_monthly(d.pop("admin_fee_monthly", UNSET))

        def _parse_admin_fee_total(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        admin_fee_total = _parse_admin_fee_total(d.pop("admin_fee_total", UNSET))

        def _parse_contract_fee(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contract_fee = _parse_contract_fee(d.pop("contract_fee", UNSET))

        def _parse_down_payment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        down_payment = _parse_down_payment(d.pop("down_payment", UNSET))

        def _parse_first_payment(data: object) -> None | Payment | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                first_payment_type_0 = Payment.from_dict(data)

                return first_payment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Payment | Unset, data)

        first_payment = _parse_first_payment(d.pop("first_payment", UNSET))

        def _parse_insurance_fee_monthly(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        insurance_fee_monthly = _parse_insurance_fee_monthly(
            d.pop("insurance_fee_monthly", UNSET)
        )

        def _parse_insurance_fee_total(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        insurance_fee_total = _parse_insurance_fee_total(
            d.pop("insurance_fee_total", UNSET)
        )

        def _parse_interest_total(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        interest_total = _parse_interest_total(d.pop("interest_total", UNSET))

        def _parse_last_payment(data: object) -> None | Payment | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                last_payment_type_0 = Payment.from_dict(data)

                return last_payment_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | Payment | Unset, data)

        last_payment = _parse_last_payment(d.pop("last_payment", UNSET))

        def _parse_net_credit_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        net_credit_amount = _parse_net_credit_amount(d.pop("net_credit_amount", UNSET))

        def _parse_payment_day(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        payment_day = _parse_payment_day(d.pop("payment_day", UNSET))

        def _parse_residual(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        residual = _parse_residual(d.pop("residual", UNSET))

        def _parse_total_cost(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        total_cost = _parse_total_cost(d.pop("total_cost", UNSET))

        def _parse_total_cost_of_credit(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        total_cost_of_credit = _parse_total_cost_of_credit(
            d.pop("total_cost_of_credit", UNSET)
        )

        conditions = cls(
            amount=amount,
            credit_cost_rate_annual=credit_cost_rate_annual,
            currency=currency,
            interest_rate_annual=interest_rate_annual,
            payment_amount_monthly=payment_amount_monthly,
            period=period,
            schedule=schedule,
            admin_fee_monthly=admin_fee_monthly,
            admin_fee_total=admin_fee_total,
            contract_fee=contract_fee,
            down_payment=down_payment,
            first_payment=first_payment,
            insurance_fee_monthly=insurance_fee_monthly,
            insurance_fee_total=insurance_fee_total,
            interest_total=interest_total,
            last_payment=last_payment,
            net_credit_amount=net_credit_amount,
            payment_day=payment_day,
            residual=residual,
            total_cost=total_cost,
            total_cost_of_credit=total_cost_of_credit,
        )

        conditions.additional_properties = d
        return conditions

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
