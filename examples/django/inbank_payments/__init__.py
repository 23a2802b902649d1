"""Inbank financing as a provider of django-payments, by way of `inbank serve`."""

from inbank_payments.provider import InbankProvider

__all__ = ["InbankProvider"]
