from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="Accept")


@_attrs_define
class Accept:
    """Which offer the customer accepts.

    Attributes:
        application_id (str): The application whose offer was read.
    """

    application_id: str

    def to_dict(self) -> dict[str, Any]:
        application_id = self.application_id

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "application_id": application_id,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        application_id = d.pop("application_id")

        accept = cls(
            application_id=application_id,
        )

        return accept
