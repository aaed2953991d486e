"""Asks registries whether a login is accepted and an image given out; nothing is ever pulled."""

from __future__ import annotations

from kubectl_pullsecret.registry.registries import Registries
from kubectl_pullsecret.registry.settings import Settings

__all__ = ["Registries", "Settings"]
