from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.list_orders_status import ListOrdersStatus
from ...models.orders import Orders
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    shop: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    status: ListOrdersStatus | Unset = UNSET,
    needs_person: bool | Unset = UNSET,
    older_than: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["shop"] = shop

    params["reference"] = reference

    json_status: str | Unset = UNSET
    if not isinstance(status, Unset):
        json_status = status.value

    params["status"] = json_status

    params["needs_person"] = needs_person

    params["older_than"] = older_than

    params["cursor"] = cursor

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/orders",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Orders | Problem | None:
    if response.status_code == 200:
        response_200 = Orders.from_dict(response.json())

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
) -> Response[Orders | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    shop: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    status: ListOrdersStatus | Unset = UNSET,
    needs_person: bool | Unset = UNSET,
    older_than: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[Orders | Problem]:
    """Lists orders page by page, the latest opened first. What is opened meanwhile is on the first page,
    and
    moves nothing on the later ones.

    Args:
        shop (str | Unset):
        reference (str | Unset):
        status (ListOrdersStatus | Unset): Where an order stands, in a word for programs.
        needs_person (bool | Unset):
        older_than (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Orders | Problem]
    """

    kwargs = _get_kwargs(
        shop=shop,
        reference=reference,
        status=status,
        needs_person=needs_person,
        older_than=older_than,
        cursor=cursor,
        limit=limit,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    shop: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    status: ListOrdersStatus | Unset = UNSET,
    needs_person: bool | Unset = UNSET,
    older_than: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Orders | Problem | None:
    """Lists orders page by page, the latest opened first. What is opened meanwhile is on the first page,
    and
    moves nothing on the later ones.

    Args:
        shop (str | Unset):
        reference (str | Unset):
        status (ListOrdersStatus | Unset): Where an order stands, in a word for programs.
        needs_person (bool | Unset):
        older_than (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Orders | Problem
    """

    return sync_detailed(
        client=client,
        shop=shop,
        reference=reference,
        status=status,
        needs_person=needs_person,
        older_than=older_than,
        cursor=cursor,
        limit=limit,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    shop: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    status: ListOrdersStatus | Unset = UNSET,
    needs_person: bool | Unset = UNSET,
    older_than: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Response[Orders | Problem]:
    """Lists orders page by page, the latest opened first. What is opened meanwhile is on the first page,
    and
    moves nothing on the later ones.

    Args:
        shop (str | Unset):
        reference (str | Unset):
        status (ListOrdersStatus | Unset): Where an order stands, in a word for programs.
        needs_person (bool | Unset):
        older_than (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Orders | Problem]
    """

    kwargs = _get_kwargs(
        shop=shop,
        reference=reference,
        status=status,
        needs_person=needs_person,
        older_than=older_than,
        cursor=cursor,
        limit=limit,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    shop: str | Unset = UNSET,
    reference: str | Unset = UNSET,
    status: ListOrdersStatus | Unset = UNSET,
    needs_person: bool | Unset = UNSET,
    older_than: int | Unset = UNSET,
    cursor: str | Unset = UNSET,
    limit: int | Unset = UNSET,
) -> Orders | Problem | None:
    """Lists orders page by page, the latest opened first. What is opened meanwhile is on the first page,
    and
    moves nothing on the later ones.

    Args:
        shop (str | Unset):
        reference (str | Unset):
        status (ListOrdersStatus | Unset): Where an order stands, in a word for programs.
        needs_person (bool | Unset):
        older_than (int | Unset):
        cursor (str | Unset):
        limit (int | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Orders | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            shop=shop,
            reference=reference,
            status=status,
            needs_person=needs_person,
            older_than=older_than,
            cursor=cursor,
            limit=limit,
        )
    ).parsed
