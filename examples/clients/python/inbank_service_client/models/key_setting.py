from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="KeySetting")


@_attrs_define
class KeySetting:
    """A shop's keys at the bank, all of them: the first signs and sends, all verify.

    Attributes:
        api_keys (list[str] | None | Unset): Kept encrypted.
        api_keys_env (None | str | Unset): Or the variable of the service's environment that holds them.
        api_keys_file (None | str | Unset): Or the name of a file in the service's `secrets_folder` that does. It is
            read now, and when a process starts.
    """

    api_keys: list[str] | None | Unset = UNSET
    api_keys_env: None | str | Unset = UNSET
    api_keys_file: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        api_keys: list[str] | None | Unset
        if isinstance(self.api_keys, Unset):
            api_keys = UNSET
        elif isinstance(self.api_keys, list):
            api_keys = self.api_keys

        else:
            api_keys = self.api_keys

        api_keys_env: None | str | Unset
        if isinstance(self.api_keys_env, Unset):
            api_keys_env = UNSET
        else:
            api_keys_env = self.api_keys_env

        api_keys_file: None | str | Unset
        if isinstance(self.api_keys_file, Unset):
            api_keys_file = UNSET
        else:
            api_keys_file = self.api_keys_file

        field_dict: dict[str, Any] = {}

        field_dict.update({})
        if api_keys is not UNSET:
            field_dict["api_keys"] = api_keys
        if api_keys_env is not UNSET:
            field_dict["api_keys_env"] = api_keys_env
        if api_keys_file is not UNSET:
            field_dict["api_keys_file"] = api_keys_file

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)

        def _parse_api_keys(data: object) -> list[str] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                api_keys_type_0 = cast(list[str], data)

                return api_keys_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | None | Unset, data)

        api_keys = _parse_api_keys(d.pop("api_keys", UNSET))

        def _parse_api_keys_env(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        api_keys_env = _parse_api_keys_env(d.pop("api_keys_env", UNSET))

        def _parse_api_keys_file(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        api_keys_file = _parse_api_keys_file(d.pop("api_keys_file", UNSET))

        key_setting = cls(
            api_keys=api_keys,
            api_keys_env=api_keys_env,
            api_keys_file=api_keys_file,
        )

        return key_setting
