"""A client library for accessing Inbank financing for commerce platforms"""

from .client import AuthenticatedClient, Client

__all__ = (
    "AuthenticatedClient",
    "Client",
)
