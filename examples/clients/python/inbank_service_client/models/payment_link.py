from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="PaymentLink")


@_attrs_define
class PaymentLink:
    """Where the customer comes back to.

    Attributes:
        return_url (str): Ends in the literal `{status}`, which the bank fills in. Example:
            https://shop.example.com/orders/1001?down-payment={status}.
    """

    return_url: str

    def to_dict(self) -> dict[str, Any]:
        return_url = self.return_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "return_url": return_url,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        return_url = d.pop("return_url")

        payment_link = cls(
            return_url=return_url,
        )

        return payment_link
