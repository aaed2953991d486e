"""When the end of a credential is near enough to be told. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from kubectl_pullsecret.credentials.keyring import Credential
from kubectl_pullsecret.credentials.kinds import CredentialKind, about
from kubectl_pullsecret.diagnosis.case import Case
from kubectl_pullsecret.diagnosis.rules import Verdict
from kubectl_pullsecret.diagnosis.supply import rewrite
from kubectl_pullsecret.report import Confidence, Reason

# What a program renews in good time needs no person: a token is told of in the last twelfth of its
# life only, and never earlier than a day before. An ECR token (12 hours) has an hour left then.
NOTICE = timedelta(hours=24)
LAST_PART = 12
# Of the kinds that live equally long; of others the Secret tells when they were written into it,
# if it tells that.
_LIVES: dict[CredentialKind, timedelta] = {
    CredentialKind.ECR: timedelta(hours=12),
    CredentialKind.ECR_PUBLIC: timedelta(hours=12),
    CredentialKind.ACR_TOKEN: timedelta(hours=3),
    CredentialKind.GOOGLE_ACCESS_TOKEN: timedelta(hours=1),
    CredentialKind.GITHUB_APP_TOKEN: timedelta(hours=1),
    CredentialKind.IBM_TOKEN: timedelta(hours=1),
    CredentialKind.SERVICE_ACCOUNT_TOKEN: timedelta(hours=1),
}


def credential_ends_soon(case: Case) -> Verdict | None:
    """Every usable credential ends soon; where one goes on, the kubelet tries that one too."""
    ends = [about(credential.entry).expires for credential in case.offer.usable]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return None
    end = max(known)
    last = case.offer.usable[ends.index(end)]
    if not case.now < end <= case.now + _notice(case, last, end):
        return None
    return Verdict(
        Reason.CREDENTIAL_EXPIRES_SOON,
        f"the credential in secret/{last.secret} ends {end:%Y-%m-%d %H:%M} UTC",
        confidence=Confidence.LIKELY,
        fixes=rewrite(case, last),
    )


def _notice(case: Case, credential: Credential, end: datetime) -> timedelta:
    """How long before its end a credential is told of."""
    secret = case.snapshot.secrets.get((case.namespace, credential.secret))
    changed = secret.changed if secret is not None else None
    since_written = end - changed if changed is not None else NOTICE * LAST_PART
    life = _LIVES.get(about(credential.entry).kind, since_written)
    return min(NOTICE, life / LAST_PART)
