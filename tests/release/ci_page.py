"""docs/ci.md: its code blocks, and a repository with manifests to try them in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from tests.release.workflows import ROOT

PAGE = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")

WORKLOAD = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: team}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      imagePullSecrets: [{name: regcred}]
      containers: [{name: app, image: "registry.test:5000/team/app:v1"}]
"""
_SECRET = """\
apiVersion: v1
kind: Secret
metadata: {name: regcred, namespace: team}
type: kubernetes.io/dockerconfigjson
stringData:
  .dockerconfigjson: '{"auths": {"%s": {"username": "puller", "password": "s3cret"}}}'
"""
GOOD = _SECRET % "registry.test:5000"
BROKEN = _SECRET % "registry.test"  # the port is missing


def blocks(language: str) -> Sequence[str]:
    """The page's code blocks of one language, in its order."""
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def write_manifests(repository: Path, secret: str) -> None:
    """Leave the manifests as they are, as a chart, and as an overlay."""
    for folder in ("deploy", "chart", "overlays/prod"):
        (repository / folder).mkdir(parents=True, exist_ok=True)
        (repository / folder / "web.yaml").write_text(WORKLOAD)
        (repository / folder / "regcred.yaml").write_text(secret)
    kustomization = "resources: [web.yaml, regcred.yaml]\n"
    (repository / "overlays" / "prod" / "kustomization.yaml").write_text(kustomization)
