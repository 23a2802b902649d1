from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="ModelAnswer")


@_attrs_define
class ModelAnswer:
    """The conditions of renting a model.

    Attributes:
        asset_identifier_types (list[str]): By which the device is told when it is handed over.
        currency (str):
        id (str): Goes into the cart as the hero's.
        insurance_requirement (str):
        name (str):
        periods (list[int]): In months.
        max_net_price (None | str | Unset):
        min_net_price (None | str | Unset):
    """

    asset_identifier_types: list[str]
    currency: str
    id: str
    insurance_requirement: str
    name: str
    periods: list[int]
    max_net_price: None | str | Unset = UNSET
    min_net_price: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        asset_identifier_types = self.asset_identifier_types

        currency = self.currency

        id = self.id

        insurance_requirement = self.insurance_requirement

        name = self.name

        periods = self.periods

        max_net_price: None | str | Unset
        if isinstance(self.max_net_price, Unset):
            max_net_price = UNSET
        else:
            max_net_price = self.max_net_price

        min_net_price: None | str | Unset
        if isinstance(self.min_net_price, Unset):
            min_net_price = UNSET
        else:
            min_net_price = self.min_net_price

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "asset_identifier_types": asset_identifier_types,
                "currency": currency,
                "id": id,
                "insurance_requirement": insurance_requirement,
                "name": name,
                "periods": periods,
            }
        )
        if max_net_price is not UNSET:
            field_dict["max_net_price"] = max_net_price
        if min_net_price is not UNSET:
            field_dict["min_net_price"] = min_net_price

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        asset_identifier_types = cast(list[str], d.pop("asset_identifier_types"))

        currency = d.pop("currency")

        id = d.pop("id")

        insurance_requirement = d.pop("insurance_requirement")

        name = d.pop("name")

        periods = cast(list[int], d.pop("periods"))

        def _parse_max_net_price(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        max_net_price = _parse_max_net_price(d.pop("max_net_price", UNSET))

        def _parse_min_net_price(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        min_net_price = _parse_min_net_price(d.pop("min_net_price", UNSET))

        model_answer = cls(
            asset_identifier_types=asset_identifier_types,
            currency=currency,
            id=id,
            insurance_requirement=insurance_requirement,
            name=name,
            periods=periods,
            max_net_price=max_net_price,
            min_net_price=min_net_price,
        )

        model_answer.additional_properties = d
        return model_answer

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
