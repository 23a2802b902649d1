from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar, cast

from attrs import define as _attrs_define

from ..types import UNSET, Unset

T = TypeVar("T", bound="ShopSetting")


@_attrs_define
class ShopSetting:
    """A shop, as the bank knows it.

    Attributes:
        region (str):  Example: estonia.
        shop_uuid (str): The shop's identifier at the bank. Example: a93f1f44-d5dd-4469-bfcc-c1de9e969213.
        api_keys (list[str] | None | Unset): Its keys at the bank, kept encrypted: the first signs and sends, all
            verify.
        api_keys_env (None | str | Unset): Or the variable of the service's environment that holds them, separated by
            commas; its name begins with `INBANK_SHOP_`.
        api_keys_file (None | str | Unset): Or the name of a file in the service's `secrets_folder` that does.
        api_version (None | str | Unset): `v2` or `v3`; the region's own unless given.
        base_url (None | str | Unset): A sandbox, a proxy; the bank's own unless given.
        environment (None | str | Unset): `demo` or `live`; `demo` unless given.
        return_url (None | str | Unset): Where customers are sent on to. Example:
            https://shop.example.com/orders/{order_reference}.
    """

    region: str
    shop_uuid: str
    api_keys: list[str] | None | Unset = UNSET
    api_keys_env: None | str | Unset = UNSET
    api_keys_file: None | str | Unset = UNSET
    api_version: None | str | Unset = UNSET
    base_url: None | str | Unset = UNSET
    environment: None | str | Unset = UNSET
    return_url: None | str | Unset = UNSET

    def to_dict(self) -> dict[str, Any]:
        region = self.region

        shop_uuid = self.shop_uuid

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

        api_version: None | str | Unset
        if isinstance(self.api_version, Unset):
            api_version = UNSET
        else:
            api_version = self.api_version

        base_url: None | str | Unset
        if isinstance(self.base_url, Unset):
            base_url = UNSET
        else:
            base_url = self.base_url

        environment: None | str | Unset
        if isinstance(self.environment, Unset):
            environment = UNSET
        else:
            environment = self.environment

        return_url: None | str | Unset
        if isinstance(self.return_url, Unset):
            return_url = UNSET
        else:
            return_url = self.return_url

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "region": region,
                "shop_uuid": shop_uuid,
            }
        )
        if api_keys is not UNSET:
            field_dict["api_keys"] = api_keys
        if api_keys_env is not UNSET:
            field_dict["api_keys_env"] = api_keys_env
        if api_keys_file is not UNSET:
            field_dict["api_keys_file"] = api_keys_file
        if api_version is not UNSET:
            field_dict["api_version"] = api_version
        if base_url is not UNSET:
            field_dict["base_url"] = base_url
        if environment is not UNSET:
            field_dict["environment"] = environment
        if return_url is not UNSET:
            field_dict["return_url"] = return_url

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        region = d.pop("region")

        shop_uuid = d.pop("shop_uuid")

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

        def _parse_api_version(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        api_version = _parse_api_version(d.pop("api_version", UNSET))

        def _parse_base_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        base_url = _parse_base_url(d.pop("base_url", UNSET))

        def _parse_environment(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        environment = _parse_environment(d.pop("environment", UNSET))

        def _parse_return_url(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        return_url = _parse_return_url(d.pop("return_url", UNSET))

        shop_setting = cls(
            region=region,
            shop_uuid=shop_uuid,
            api_keys=api_keys,
            api_keys_env=api_keys_env,
            api_keys_file=api_keys_file,
            api_version=api_version,
            base_url=base_url,
            environment=environment,
            return_url=return_url,
        )

        return shop_setting
