from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.webhook_state import WebhookState
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.webhook_failure import WebhookFailure


T = TypeVar("T", bound="WebhookAnswer")


@_attrs_define
class WebhookAnswer:
    """A shop's webhook.

    Attributes:
        dead (int): Events that were given up; kept for 30 days, to be sent again by a call.
        failures (list[WebhookFailure]): The last deliveries that failed and did not succeed since, the latest first.
        origin (str): Who says so: `file`, inbank.toml, or `call`, this API.
        state (WebhookState): How a webhook stands, in a word for programs.
        url (str): Where events are posted. A query is left out, since there may be a token in it. Example:
            https://shop.example.com/inbank-events.
        waiting (int): Events that are still to be delivered.
        delivered_at (datetime.datetime | None | Unset): When an event was last taken.
        disabled_at (datetime.datetime | None | Unset):
        disabled_because (None | str | Unset): `gone`: it answered 410. `failing`: five days of failures and nothing
            else.
        failing_since (datetime.datetime | None | Unset): Since when there have been failures and nothing else.
        last_problem (None | str | Unset): What was wrong with it.
        last_status (int | None | Unset): The HTTP status of the last answer.
        paused_until (datetime.datetime | None | Unset): Nothing is sent before this.
        tried_at (datetime.datetime | None | Unset): When something was last sent.
    """

    dead: int
    failures: list[WebhookFailure]
    origin: str
    state: WebhookState
    url: str
    waiting: int
    delivered_at: datetime.datetime | None | Unset = UNSET
    disabled_at: datetime.datetime | None | Unset = UNSET
    disabled_because: None | str | Unset = UNSET
    failing_since: datetime.datetime | None | Unset = UNSET
    last_problem: None | str | Unset = UNSET
    last_status: int | None | Unset = UNSET
    paused_until: datetime.datetime | None | Unset = UNSET
    tried_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        dead = self.dead

        failures = []
        for failures_item_data in self.failures:
            failures_item = failures_item_data.to_dict()
            failures.append(failures_item)

        origin = self.origin

        state = self.state.value

        url = self.url

        waiting = self.waiting

        delivered_at: None | str | Unset
        if isinstance(self.delivered_at, Unset):
            delivered_at = UNSET
        elif isinstance(self.delivered_at, datetime.datetime):
            delivered_at = self.delivered_at.isoformat()
        else:
            delivered_at = self.delivered_at

        disabled_at: None | str | Unset
        if isinstance(self.disabled_at, Unset):
            disabled_at = UNSET
        elif isinstance(self.disabled_at, datetime.datetime):
            disabled_at = self.disabled_at.isoformat()
        else:
            disabled_at = self.disabled_at

        disabled_because: None | str | Unset
        if isinstance(self.disabled_because, Unset):
            disabled_because = UNSET
        else:
            disabled_because = self.disabled_because

        failing_since: None | str | Unset
        if isinstance(self.failing_since, Unset):
            failing_since = UNSET
        elif isinstance(self.failing_since, datetime.datetime):
            failing_since = self.failing_since.isoformat()
        else:
            failing_since = self.failing_since

        last_problem: None | str | Unset
        if isinstance(self.last_problem, Unset):
            last_problem = UNSET
        else:
            last_problem = self.last_problem

        last_status: int | None | Unset
        if isinstance(self.last_status, Unset):
            last_status = UNSET
        else:
            last_status = self.last_status

        paused_until: None | str | Unset
        if isinstance(self.paused_until, Unset):
            paused_until = UNSET
        elif isinstance(self.paused_until, datetime.datetime):
            paused_until = self.paused_until.isoformat()
        else:
            paused_until = self.paused_until

        tried_at: None | str | Unset
        if isinstance(self.tried_at, Unset):
            tried_at = UNSET
        elif isinstance(self.tried_at, datetime.datetime):
            tried_at = self.tried_at.isoformat()
        else:
            tried_at = self.tried_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "dead": dead,
                "failures": failures,
                "origin": origin,
                "state": state,
                "url": url,
                "waiting": waiting,
            }
        )
        if delivered_at is not UNSET:
            field_dict["delivered_at"] = delivered_at
        if disabled_at is not UNSET:
            field_dict["disabled_at"] = disabled_at
        if disabled_because is not UNSET:
            field_dict["disabled_because"] = disabled_because
        if failing_since is not UNSET:
            field_dict["failing_since"] = failing_since
        if last_problem is not UNSET:
            field_dict["last_problem"] = last_problem
        if last_status is not UNSET:
            field_dict["last_status"] = last_status
        if paused_until is not UNSET:
            field_dict["paused_until"] = paused_until
        if tried_at is not UNSET:
            field_dict["tried_at"] = tried_at

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        from ..models.webhook_failure import WebhookFailure

        d = dict(src_dict)
        dead = d.pop("dead")

        failures = []
        _failures = d.pop("failures")
        for failures_item_data in _failures:
            failures_item = WebhookFailure.from_dict(failures_item_data)

            failures.append(failures_item)

        origin = d.pop("origin")

        state = WebhookState(d.pop("state"))

        url = d.pop("url")

        waiting = d.pop("waiting")

        def _parse_delivered_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                delivered_at_type_0 = datetime.datetime.fromisoformat(data)

                return delivered_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        delivered_at = _parse_delivered_at(d.pop("delivered_at", UNSET))

        def _parse_disabled_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                disabled_at_type_0 = datetime.datetime.fromisoformat(data)

                return disabled_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        disabled_at = _parse_disabled_at(d.pop("disabled_at", UNSET))

        def _parse_disabled_because(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        disabled_because = _parse_disabled_because(d.pop("disabled_because", UNSET))

        def _parse_failing_since(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failing_since_type_0 = datetime.datetime.fromisoformat(data)

                return failing_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        failing_since = _parse_failing_since(d.pop("failing_since", UNSET))

        def _parse_last_problem(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        last_problem = _parse_last_problem(d.pop("last_problem", UNSET))

        def _parse_last_status(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        last_status = _parse_last_status(d.pop("last_status", UNSET))

        def _parse_paused_until(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                paused_until_type_0 = datetime.datetime.fromisoformat(data)

                return paused_until_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        paused_until = _parse_paused_until(d.pop("paused_until", UNSET))

        def _parse_tried_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                tried_at_type_0 = datetime.datetime.fromisoformat(data)

                return tried_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        tried_at = _parse_tried_at(d.pop("tried_at", UNSET))

        webhook_answer = cls(
            dead=dead,
            failures=failures,
            origin=origin,
            state=state,
            url=url,
            waiting=waiting,
            delivered_at=delivered_at,
            disabled_at=disabled_at,
            disabled_because=disabled_because,
            failing_since=failing_since,
            last_problem=last_problem,
            last_status=last_status,
            paused_until=paused_until,
            tried_at=tried_at,
        )

        webhook_answer.additional_properties = d
        return webhook_answer

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
