from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Problem")


@_attrs_define
class Problem:
    """A problem document.

    Attributes:
        detail (str): What happened, and what to do next. Holds no personal data and no key.
        status (int): The HTTP status. Example: 422.
        title (str): The same for people.
        type_ (str): Which problem it is; stable. Example: /problems/invalid.
        bank_codes (list[str] | Unset): The bank's own codes.
        bank_status (int | None | Unset): What the bank answered, where it did.
        field (None | str | Unset): The field that is to be another, where it is one.
    """

    detail: str
    status: int
    title: str
    type_: str
    bank_codes: list[str] | Unset = UNSET
    bank_status: int | None | Unset = UNSET
    field: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        detail = self.detail

        status = self.status

        title = self.title

        type_ = self.type_

        bank_codes: list[str] | Unset = UNSET
        if not isinstance(self.bank_codes, Unset):
            bank_codes = self.bank_codes

        bank_status: int | None | Unset
        if isinstance(self.bank_status, Unset):
            bank_status = UNSET
        else:
            bank_status = self.bank_status

        field: None | str | Unset
        if isinstance(self.field, Unset):
            field = UNSET
        else:
            field = self.field

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "detail": detail,
                "status": status,
                "title": title,
                "type": type_,
            }
        )
        if bank_codes is not UNSET:
            field_dict["bank_codes"] = bank_codes
        if bank_status is not UNSET:
            field_dict["bank_status"] = bank_status
        if field is not UNSET:
            field_dict["field"] = field

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        detail = d.pop("detail")

        status = d.pop("status")

        title = d.pop("title")

        type_ = d.pop("type")

        bank_codes = cast(list[str], d.pop("bank_codes", UNSET))

        def _parse_bank_status(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        bank_status = _parse_bank_status(d.pop("bank_status", UNSET))

        def _parse_field(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        field = _parse_field(d.pop("field", UNSET))

        problem = cls(
            detail=detail,
            status=status,
            title=title,
            type_=type_,
            bank_codes=bank_codes,
            bank_status=bank_status,
            field=field,
        )

        problem.additional_properties = d
        return problem

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
