"""The API server and the identity that kubectl would use: kubeconfigs, flags, environment, pod."""

from __future__ import annotations

from kubectl_pullsecret.sources.kubeconfig.overrides import Overrides
from kubectl_pullsecret.sources.kubeconfig.resolving import resolve

__all__ = ["Overrides", "resolve"]
