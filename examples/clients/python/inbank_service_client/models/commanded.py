from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.progress import Progress

if TYPE_CHECKING:
    from ..models.order_answer import OrderAnswer


T = TypeVar("T", bound="Commanded")


@_attrs_define
class Commanded:
    """The order, and how far the command is.

    Attributes:
        command (Progress): How far a command is.
        order (OrderAnswer): An order over its attempts.
    """

    command: Progress
    order: OrderAnswer
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        command = self.command.value

        order = self.order.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "command": command,
                "order": order,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.order_answer import OrderAnswer

        d = dict(src_dict)
        command = Progress(d.pop("command"))

        order = OrderAnswer.from_dict(d.pop("order"))

        commanded = cls(
            command=command,
            order=order,
        )

        commanded.additional_properties = d
        return commanded

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
