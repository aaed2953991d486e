"""Talks to the API server: raw JSON, pages, retries, and errors that are sentences."""

from __future__ import annotations

from kubectl_pullsecret.sources.transport.client import Client
from kubectl_pullsecret.sources.transport.status import Action, ApiError

__all__ = ["Action", "ApiError", "Client"]
