from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.key_setting import KeySetting
from ...models.problem import Problem
from ...models.shop_answer import ShopAnswer
from ...types import UNSET, Response, Unset


def _get_kwargs(
    shop: str,
    *,
    body: KeySetting,
    idempotency_key: str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/v1/shops/{shop}/keys".format(
            shop=quote(str(shop), safe=""),
        ),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Problem | ShopAnswer | None:
    if response.status_code == 200:
        response_200 = ShopAnswer.from_dict(response.json())

        return response_200

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())

        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())

        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())

        return response_403

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())

        return response_404

    if response.status_code == 408:
        response_408 = Problem.from_dict(response.json())

        return response_408

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())

        return response_409

    if response.status_code == 413:
        response_413 = Problem.from_dict(response.json())

        return response_413

    if response.status_code == 415:
        response_415 = Problem.from_dict(response.json())

        return response_415

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())

        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())

        return response_429

    if response.status_code == 502:
        response_502 = Problem.from_dict(response.json())

        return response_502

    if response.status_code == 503:
        response_503 = Problem.from_dict(response.json())

        return response_503

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Problem | ShopAnswer]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    shop: str,
    *,
    client: AuthenticatedClient | Client,
    body: KeySetting,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | ShopAnswer]:
    """Changes a shop's keys at the bank. To change without a pause, give the new one first and the former
    behind it, and a day after the
    bank has withdrawn the former the new one alone.

    Args:
        shop (str):
        idempotency_key (str | Unset):
        body (KeySetting): A shop's keys at the bank, all of them: the first signs and sends, all
            verify.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ShopAnswer]
    """

    kwargs = _get_kwargs(
        shop=shop,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    shop: str,
    *,
    client: AuthenticatedClient | Client,
    body: KeySetting,
    idempotency_key: str | Unset = UNSET,
) -> Problem | ShopAnswer | None:
    """Changes a shop's keys at the bank. To change without a pause, give the new one first and the former
    behind it, and a day after the
    bank has withdrawn the former the new one alone.

    Args:
        shop (str):
        idempotency_key (str | Unset):
        body (KeySetting): A shop's keys at the bank, all of them: the first signs and sends, all
            verify.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ShopAnswer
    """

    return sync_detailed(
        shop=shop,
        client=client,
        body=body,
        idempotency_key=idempotency_key,
    ).parsed


async def asyncio_detailed(
    shop: str,
    *,
    client: AuthenticatedClient | Client,
    body: KeySetting,
    idempotency_key: str | Unset = UNSET,
) -> Response[Problem | ShopAnswer]:
    """Changes a shop's keys at the bank. To change without a pause, give the new one first and the former
    behind it, and a day after the
    bank has withdrawn the former the new one alone.

    Args:
        shop (str):
        idempotency_key (str | Unset):
        body (KeySetting): A shop's keys at the bank, all of them: the first signs and sends, all
            verify.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | ShopAnswer]
    """

    kwargs = _get_kwargs(
        shop=shop,
        body=body,
        idempotency_key=idempotency_key,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    shop: str,
    *,
    client: AuthenticatedClient | Client,
    body: KeySetting,
    idempotency_key: str | Unset = UNSET,
) -> Problem | ShopAnswer | None:
    """Changes a shop's keys at the bank. To change without a pause, give the new one first and the former
    behind it, and a day after the
    bank has withdrawn the former the new one alone.

    Args:
        shop (str):
        idempotency_key (str | Unset):
        body (KeySetting): A shop's keys at the bank, all of them: the first signs and sends, all
            verify.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | ShopAnswer
    """

    return (
        await asyncio_detailed(
            shop=shop,
            client=client,
            body=body,
            idempotency_key=idempotency_key,
        )
    ).parsed
