from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="AttemptAnswer")


@_attrs_define
class AttemptAnswer:
    """One try to finance it.

    Attributes:
        number (int): From 1.
        state (str):
        superseded (bool): Whether another attempt took its place.
        amount (None | str | Unset):  Example: 499.90.
        application_id (None | str | Unset):
        command (None | str | Unset): What was decided and has not come about yet.
        command_stage (None | str | Unset): How far that is.
        contract_id (None | str | Unset):
        currency (None | str | Unset):  Example: EUR.
        session_id (None | str | Unset):
    """

    number: int
    state: str
    superseded: bool
    amount: None | str | Unset = UNSET
    application_id: None | str | Unset = UNSET
    command: None | str | Unset = UNSET
    command_stage: None | str | Unset = UNSET
    contract_id: None | str | Unset = UNSET
    currency: None | str | Unset = UNSET
    session_id: None | str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        number = self.number

        state = self.state

        superseded = self.superseded

        amount: None | str | Unset
        if isinstance(self.amount, Unset):
            amount = UNSET
        else:
            amount = self.amount

        application_id: None | str | Unset
        if isinstance(self.application_id, Unset):
            application_id = UNSET
        else:
            application_id = self.application_id

        command: None | str | Unset
        if isinstance(self.command, Unset):
            command = UNSET
        else:
            command = self.command

        command_stage: None | str | Unset
        if isinstance(self.command_stage, Unset):
            command_stage = UNSET
        else:
            command_stage = self.command_stage

        contract_id: None | str | Unset
        if isinstance(self.contract_id, Unset):
            contract_id = UNSET
        else:
            contract_id = self.contract_id

        currency: None | str | Unset
        if isinstance(self.currency, Unset):
            currency = UNSET
        else:
            currency = self.currency

        session_id: None | str | Unset
        if isinstance(self.session_id, Unset):
            session_id = UNSET
        else:
            session_id = self.session_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "number": number,
                "state": state,
                "superseded": superseded,
            }
        )
        if amount is not UNSET:
            field_dict["amount"] = amount
        if application_id is not UNSET:
            field_dict["application_id"] = application_id
        if command is not UNSET:
            field_dict["command"] = command
        if command_stage is not UNSET:
            field_dict["command_stage"] = command_stage
        if contract_id is not UNSET:
            field_dict["contract_id"] = contract_id
        if currency is not UNSET:
            field_dict["currency"] = currency
        if session_id is not UNSET:
            field_dict["session_id"] = session_id

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        number = d.pop("number")

        state = d.pop("state")

        superseded = d.pop("superseded")

        def _parse_amount(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        amount = _parse_amount(d.pop("amount", UNSET))

        def _parse_application_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        application_id = _parse_application_id(d.pop("application_id", UNSET))

        def _parse_command(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        command = _parse_command(d.pop("command", UNSET))

        def _parse_command_stage(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        command_stage = _parse_command_stage(d.pop("command_stage", UNSET))

        def _parse_contract_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        contract_id = _parse_contract_id(d.pop("contract_id", UNSET))

        def _parse_currency(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        currency = _parse_currency(d.pop("currency", UNSET))

        def _parse_session_id(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        session_id = _parse_session_id(d.pop("session_id", UNSET))

        attempt_answer = cls(
            number=number,
            state=state,
            superseded=superseded,
            amount=amount,
            application_id=application_id,
            command=command,
            command_stage=command_stage,
            contract_id=contract_id,
            currency=currency,
            session_id=session_id,
        )

        attempt_answer.additional_properties = d
        return attempt_answer

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
