from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.conditions import Conditions


T = TypeVar("T", bound="OfferAnswer")


@_attrs_define
class OfferAnswer:
    """What the bank says of an order's application.

    Attributes:
        application_id (str): Give it to `accept`, once the customer has read these conditions.
        changed_conditions (bool): Whether the bank changed what was applied for.
        decision (str): The bank's decision, in its own word. Example: positive.
        messages (list[str]): What to tell the customer about the decision.
        offer (Conditions | None | Unset):
        valid_to (datetime.date | None | Unset): Until when the offer stands.
    """

    application_id: str
    changed_conditions: bool
    decision: str
    messages: list[str]
    offer: Conditions | None | Unset = UNSET
    valid_to: datetime.date | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.conditions import Conditions

        application_id = self.application_id

        changed_conditions = self.changed_conditions

        decision = self.decision

        messages = self.messages

        offer: dict[str, Any] | None | Unset
        if isinstance(self.offer, Unset):
            offer = UNSET
        elif isinstance(self.offer, Conditions):
            offer = self.offer.to_dict()
        else:
            offer = self.offer

        valid_to: None | str | Unset
        if isinstance(self.valid_to, Unset):
            valid_to = UNSET
        elif isinstance(self.valid_to, datetime.date):
            valid_to = self.valid_to.isoformat()
        else:
            valid_to = self.valid_to

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "application_id": application_id,
                "changed_conditions": changed_conditions,
                "decision": decision,
                "messages": messages,
            }
        )
        if offer is not UNSET:
            field_dict["offer"] = offer
        if valid_to is not UNSET:
            field_dict["valid_to"] = valid_to

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.conditions import Conditions

        d = dict(src_dict)
        application_id = d.pop("application_id")

        changed_conditions = d.pop("changed_conditions")

        decision = d.pop("decision")

        messages = cast(list[str], d.pop("messages"))

        def _parse_offer(data: object) -> Conditions | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                offer_type_0 = Conditions.from_dict(data)

                return offer_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(Conditions | None | Unset, data)

        offer = _parse_offer(d.pop("offer", UNSET))

        def _parse_valid_to(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                valid_to_type_0 = datetime.date.fromisoformat(data)

                return valid_to_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        valid_to = _parse_valid_to(d.pop("valid_to", UNSET))

        offer_answer = cls(
            application_id=application_id,
            changed_conditions=changed_conditions,
            decision=decision,
            messages=messages,
            offer=offer,
            valid_to=valid_to,
        )

        offer_answer.additional_properties = d
        return offer_answer

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
