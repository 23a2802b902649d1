from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Ready")


@_attrs_define
class Ready:
    """
    Attributes:
        due (int): Orders that are due and not being worked on.
        ready (bool):
        shops_unusable (int): Shops that this process can't use, since it can't have their keys; its log says why.
        undelivered (int): Events that were not delivered.
        webhooks_dead (int): Events that were given up, and can be sent again by a call.
        webhooks_disabled (int): Shops whose webhook is switched off: somebody should look.
        webhooks_waiting (int): Events that are still to be posted, of those that were taken up.
        working (bool): Whether this process can take up due orders: not where that has failed each time for a minute,
            since the ledger takes no writes,
            on a full disk for instance.
        oldest_due_seconds (int | None | Unset): How long the first of them has been due, in seconds.
        oldest_undelivered_seconds (int | None | Unset): How long ago the first of them happened, in seconds.
    """

    due: int
    ready: bool
    shops_unusable: int
    undelivered: int
    webhooks_dead: int
    webhooks_disabled: int
    webhooks_waiting: int
    working: bool
    oldest_due_seconds: int | None | Unset = UNSET
    oldest_undelivered_seconds: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        due = self.due

        ready = self.ready

        shops_unusable = self.shops_unusable

        undelivered = self.undelivered

        webhooks_dead = self.webhooks_dead

        webhooks_disabled = self.webhooks_disabled

        webhooks_waiting = self.webhooks_waiting

        working = self.working

        oldest_due_seconds: int | None | Unset
        if isinstance(self.oldest_due_seconds, Unset):
            oldest_due_seconds = UNSET
        else:
            oldest_due_seconds = self.oldest_due_seconds

        oldest_undelivered_seconds: int | None | Unset
        if isinstance(self.oldest_undelivered_seconds, Unset):
            oldest_undelivered_seconds = UNSET
        else:
            oldest_undelivered_seconds = self.oldest_undelivered_seconds

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "due": due,
                "ready": ready,
                "shops_unusable": shops_unusable,
                "undelivered": undelivered,
                "webhooks_dead": webhooks_dead,
                "webhooks_disabled": webhooks_disabled,
                "webhooks_waiting": webhooks_waiting,
                "working": working,
            }
        )
        if oldest_due_seconds is not UNSET:
            field_dict["oldest_due_seconds"] = oldest_due_seconds
        if oldest_undelivered_seconds is not UNSET:
            field_dict["oldest_undelivered_seconds"] = oldest_undelivered_seconds

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        due = d.pop("due")

        ready = d.pop("ready")

        shops_unusable = d.pop("shops_unusable")

        undelivered = d.pop("undelivered")

        webhooks_dead = d.pop("webhooks_dead")

        webhooks_disabled = d.pop("webhooks_disabled")

        webhooks_waiting = d.pop("webhooks_waiting")

        working = d.pop("working")

        def _parse_oldest_due_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        oldest_due_seconds = _parse_oldest_due_seconds(
            d.pop("oldest_due_seconds", UNSET)
        )

        def _parse_oldest_undelivered_seconds(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        oldest_undelivered_seconds = _parse_oldest_undelivered_seconds(
            d.pop("oldest_undelivered_seconds", UNSET)
        )

        ready = cls(
            due=due,
            ready=ready,
            shops_unusable=shops_unusable,
            undelivered=undelivered,
            webhooks_dead=webhooks_dead,
            webhooks_disabled=webhooks_disabled,
            webhooks_waiting=webhooks_waiting,
            working=working,
            oldest_due_seconds=oldest_due_seconds,
            oldest_undelivered_seconds=oldest_undelivered_seconds,
        )

        ready.additional_properties = d
        return ready

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
