"""From facts to findings: why an image does not pull. Pure: no I/O, no clock."""

from kubectl_pullsecret.diagnosis.doctor import diagnose
from kubectl_pullsecret.diagnosis.reasons import REASONS
from kubectl_pullsecret.diagnosis.selection import Selection

__all__ = ["REASONS", "Selection", "diagnose"]
