from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.order_answer import OrderAnswer
    from ..models.unreadable import Unreadable


T = TypeVar("T", bound="Orders")


@_attrs_define
class Orders:
    """
    Attributes:
        orders (list[OrderAnswer]):
        unreadable (list[Unreadable]): Orders on the way that can't be read: a later version wrote them, or they are
            damaged.
        next_ (None | str | Unset): Give it as `cursor` to go on from here, with the same filters; none at the end.
    """

    orders: list[OrderAnswer]
    unreadable: list[Unreadable]
    next_: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        orders = []
        for orders_item_data in self.orders:
            orders_item = orders_item_data.to_dict()
            orders.append(orders_item)

        unreadable = []
        for unreadable_item_data in self.unreadable:
            unreadable_item = unreadable_item_data.to_dict()
            unreadable.append(unreadable_item)

        next_: None | str | Unset
        if isinstance(self.next_, Unset):
            next_ = UNSET
        else:
            next_ = self.next_

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "orders": orders,
                "unreadable": unreadable,
            }
        )
        if next_ is not UNSET:
            field_dict["next"] = next_

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.order_answer import OrderAnswer
        from ..models.unreadable import Unreadable

        d = dict(src_dict)
        orders = []
        _orders = d.pop("orders")
        for orders_item_data in _orders:
            orders_item = OrderAnswer.from_dict(orders_item_data)

            orders.append(orders_item)

        unreadable = []
        _unreadable = d.pop("unreadable")
        for unreadable_item_data in _unreadable:
            unreadable_item = Unreadable.from_dict(unreadable_item_data)

            unreadable.append(unreadable_item)

        def _parse_next_(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        next_ = _parse_next_(d.pop("next", UNSET))

        orders = cls(
            orders=orders,
            unreadable=unreadable,
            next_=next_,
        )

        orders.additional_properties = d
        return orders

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
