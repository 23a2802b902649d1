from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Sign")


@_attrs_define
class Sign:
    """How it is signed.

    Attributes:
        method (str): `sms`, `redirect`, `digital`, `paper`, … : those that the product has. Example: sms.
    """

    method: str

    def to_dict(self) -> dict[str, Any]:
        method = self.method

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "method": method,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        method = d.pop("method")

        sign = cls(
            method=method,
        )

        return sign
