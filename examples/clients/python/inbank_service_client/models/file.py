from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self, TypeVar

from attrs import define as _attrs_define

T = TypeVar("T", bound="File")


@_attrs_define
class File:
    """A file, as the customer gave it. It is passed on to the bank, and kept nowhere.

    Attributes:
        content (str): In base 64.
        name (str):  Example: statement.pdf.
    """

    content: str
    name: str

    def to_dict(self) -> dict[str, Any]:
        content = self.content

        name = self.name

        field_dict: dict[str, Any] = {}

        field_dict.update(
            {
                "content": content,
                "name": name,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        d = dict(src_dict)
        content = d.pop("content")

        name = d.pop("name")

        file = cls(
            content=content,
            name=name,
        )

        return file
