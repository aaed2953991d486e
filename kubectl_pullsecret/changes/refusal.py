"""A plan that must not be done, and what the user can do instead."""

from __future__ import annotations

from collections.abc import Sequence

from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.shapes import Json
from kubectl_pullsecret.report import Fix, Report


class RefusedPlanError(PullSecretError):
    """Nothing was changed. Beside its sentence it may carry one thing that helps."""

    def __init__(
        self,
        message: str,
        *,
        remedy: str = "",
        fixes: Sequence[Fix] = (),
        candidates: Sequence[str] = (),
        report: Report | None = None,
        manifest: Json | None = None,
    ) -> None:
        super().__init__(message, remedy=remedy)
        self.fixes = tuple(fixes)  # commands to run instead
        self.candidates = tuple(candidates)  # pull secrets, of which one is to be chosen
        self.report = report  # what the doctor says
        self.manifest = manifest  # to be created by the user himself
