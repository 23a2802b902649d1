from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="Activate")


@_attrs_define
class Activate:
    """The device that is handed over. Its identifiers are told to the bank, and kept nowhere.

    Attributes:
        product (str): The product's code.
        ean (None | str | Unset): The model's European article number; or its code.
        imei (None | str | Unset):
        manufacturer_code (None | str | Unset): The code that the manufacturer gives the model.
        serial_number (None | str | Unset):
    """

    product: str
    ean: None | str | Unset = UNSET
    imei: None | str | Unset = UNSET
    manufacturer_code: None | str | Unset = UNSET
    serial_number: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        product = self.product

        ean: None | str | Unset
        if isinstance(self.ean, Unset):
            ean = UNSET
        else:
            ean = self.ean

        imei: None | str | Unset
        if isinstance(self.imei, Unset):
            imei = UNSET
        else:
            imei = self.imei

        manufacturer_code: None | str | Unset
        if isinstance(self.manufacturer_code, Unset):
            manufacturer_code = UNSET
        else:
            manufacturer_code = self.manufacturer_code

        serial_number: None | str | Unset
        if isinstance(self.serial_number, Unset):
            serial_number = UNSET
        else:
            serial_number = self.serial_number

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "product": product,
            }
        )
        if ean is not UNSET:
            field_dict["ean"] = ean
        if imei is not UNSET:
            field_dict["imei"] = imei
        if manufacturer_code is not UNSET:
            field_dict["manufacturer_code"] = manufacturer_code
        if serial_number is not UNSET:
            field_dict["serial_number"] = serial_number

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        product = d.pop("product")

        def _parse_ean(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        ean = _parse_ean(d.pop("ean", UNSET))

        def _parse_imei(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        imei = _parse_imei(d.pop("imei", UNSET))

        def _parse_manufacturer_code(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        manufacturer_code = _parse_manufacturer_code(d.pop("manufacturer_code", UNSET))

        def _parse_serial_number(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        serial_number = _parse_serial_number(d.pop("serial_number", UNSET))

        activate = cls(
            product=product,
            ean=ean,
            imei=imei,
            manufacturer_code=manufacturer_code,
            serial_number=serial_number,
        )

        return activate
