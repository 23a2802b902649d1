from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.events import Events
from ...models.problem import Problem
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    after: str | Unset = UNSET,
    shop: str | Unset = UNSET,
    wait: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(last_event_id, Unset):
        headers["Last-Event-ID"] = last_event_id

    params: dict[str, Any] = {}

    params["after"] = after

    params["shop"] = shop

    params["wait"] = wait

    params["limit"] = limit

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/v1/events",
        "params": params,
    }

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Events | Problem | None:
    if response.status_code == 200:
        response_200 = Events.from_dict(response.json())

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
) -> Response[Events | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    shop: str | Unset = UNSET,
    wait: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> Response[Events | Problem]:
    """Lists events, the oldest first, and each order's in their order. Read on from `next`: none is
    missed, whatever happens meanwhile.

     With `Accept: text/event-stream` they come as they happen, for as long as the connection lasts: each
    has the
    cursor behind it as its `id`, and the event as JSON as its `data`. `Last-Event-ID` goes on from
    there, and
    counts more than `after`. Such a stream ends when the service stops; come again then.

    Args:
        after (str | Unset):
        shop (str | Unset):
        wait (int | Unset):
        limit (int | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Events | Problem]
    """

    kwargs = _get_kwargs(
        after=after,
        shop=shop,
        wait=wait,
        limit=limit,
        last_event_id=last_event_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    shop: str | Unset = UNSET,
    wait: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> Events | Problem | None:
    """Lists events, the oldest first, and each order's in their order. Read on from `next`: none is
    missed, whatever happens meanwhile.

     With `Accept: text/event-stream` they come as they happen, for as long as the connection lasts: each
    has the
    cursor behind it as its `id`, and the event as JSON as its `data`. `Last-Event-ID` goes on from
    there, and
    counts more than `after`. Such a stream ends when the service stops; come again then.

    Args:
        after (str | Unset):
        shop (str | Unset):
        wait (int | Unset):
        limit (int | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Events | Problem
    """

    return sync_detailed(
        client=client,
        after=after,
        shop=shop,
        wait=wait,
        limit=limit,
        last_event_id=last_event_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    shop: str | Unset = UNSET,
    wait: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> Response[Events | Problem]:
    """Lists events, the oldest first, and each order's in their order. Read on from `next`: none is
    missed, whatever happens meanwhile.

     With `Accept: text/event-stream` they come as they happen, for as long as the connection lasts: each
    has the
    cursor behind it as its `id`, and the event as JSON as its `data`. `Last-Event-ID` goes on from
    there, and
    counts more than `after`. Such a stream ends when the service stops; come again then.

    Args:
        after (str | Unset):
        shop (str | Unset):
        wait (int | Unset):
        limit (int | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Events | Problem]
    """

    kwargs = _get_kwargs(
        after=after,
        shop=shop,
        wait=wait,
        limit=limit,
        last_event_id=last_event_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    after: str | Unset = UNSET,
    shop: str | Unset = UNSET,
    wait: int | Unset = UNSET,
    limit: int | Unset = UNSET,
    last_event_id: None | str | Unset = UNSET,
) -> Events | Problem | None:
    """Lists events, the oldest first, and each order's in their order. Read on from `next`: none is
    missed, whatever happens meanwhile.

     With `Accept: text/event-stream` they come as they happen, for as long as the connection lasts: each
    has the
    cursor behind it as its `id`, and the event as JSON as its `data`. `Last-Event-ID` goes on from
    there, and
    counts more than `after`. Such a stream ends when the service stops; come again then.

    Args:
        after (str | Unset):
        shop (str | Unset):
        wait (int | Unset):
        limit (int | Unset):
        last_event_id (None | str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Events | Problem
    """

    return (
        await asyncio_detailed(
            client=client,
            after=after,
            shop=shop,
            wait=wait,
            limit=limit,
            last_event_id=last_event_id,
        )
    ).parsed
