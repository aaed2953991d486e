"""One case to judge: an image that failed or may fail, with everything that bears on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from kubectl_pullsecret.credentials import (
    AuthEntry,
    NotAPullSecret,
    PullSecret,
)
from kubectl_pullsecret.credentials.kinds import about
from kubectl_pullsecret.credentials.redaction import redact
from kubectl_pullsecret.diagnosis.attempt import Attempt
from kubectl_pullsecret.diagnosis.known import Known
from kubectl_pullsecret.diagnosis.offer import (
    NamedSecret,
    Offer,
    Presence,
    is_openshift_internal,
)
from kubectl_pullsecret.diagnosis.retrievals import retrievals_of
from kubectl_pullsecret.facts.answers import Answer, Login, Question
from kubectl_pullsecret.facts.causes import Cause
from kubectl_pullsecret.facts.objects import (
    Event,
    ObjectRef,
    OwnerRef,
    Pod,
    PodSpec,
    ServiceAccount,
    Workload,
)
from kubectl_pullsecret.facts.snapshot import Snapshot
from kubectl_pullsecret.images import Reference

# The registry asked for a credential, or for a better one (the first block of pull_errors.Cause).
DENIALS = frozenset(
    {
        Cause.NO_CREDENTIAL_SENT,
        Cause.CREDENTIAL_REJECTED,
        Cause.ACCESS_FORBIDDEN,
        Cause.DENIED_OR_NOT_FOUND,
    }
)


@dataclass(frozen=True)
class Case:
    """One image of one pod (or template), its last failed attempt, and what surrounds it.

    Without an attempt the case is hypothetical: "if the registry wants a credential".
    """

    known: Known
    namespace: str
    spec: PodSpec
    image: str
    pod: Pod | None
    root: Workload | None  # the highest known owner with a pod template
    owner: OwnerRef | None  # the highest owner, known or not
    attempt: Attempt | None
    events: tuple[Event, ...] = ()  # the pod's own, newest first
    shared_account: bool = False  # several workloads of the account fail alike

    @property
    def snapshot(self) -> Snapshot:
        """Everything that was seen."""
        return self.known.snapshot

    @property
    def now(self) -> datetime:
        """The time of the run."""
        return self.known.now

    @property
    def subject(self) -> ObjectRef:
        """Who is to blame in the report: the highest owner, else the pod."""
        if self.above is not None and self.root is not None and self.root.ref.kind == "ReplicaSet":
            return ObjectRef(self.above.kind, self.namespace, self.above.name)
        if self.root is not None:
            return self.root.ref
        if self.owner is not None:
            return ObjectRef(self.owner.kind, self.namespace, self.owner.name)
        assert self.pod is not None
        return self.pod.ref

    @property
    def above(self) -> OwnerRef | None:
        """An owner above the highest one that was seen: it writes that one's template."""
        if self.root is None or self.owner is None:
            return None
        same = (self.owner.kind, self.owner.name) == (self.root.ref.kind, self.root.ref.name)
        return None if same else self.owner

    @cached_property
    def shown_image(self) -> str:
        """The image as it may be shown: people paste URLs with passwords into image names."""
        return redact(self.image)

    @property
    def denied(self) -> bool:
        """The registry answered that it wants a (better) credential, or nobody asked it yet."""
        return self.attempt is None or self.attempt.error.cause in DENIALS

    @property
    def bare(self) -> bool:
        """A pod that nobody will make anew."""
        return self.root is None and self.owner is None

    @cached_property
    def reference(self) -> Reference | None:
        """What the image name means; None for one that the kubelet refuses."""
        return Reference.parse_or_none(self.image)

    @cached_property
    def account(self) -> ServiceAccount | None:
        """The pod's ServiceAccount as it is now, if it was seen."""
        name = self.spec.account_name
        return self.snapshot.accounts.get((self.namespace, name))

    @cached_property
    def injected(self) -> bool:
        """Whether the list came from the account (or a webhook), not from a template that has one.

        ServiceAccount admission fills an empty list only (kube-apiserver 1.34, admission.go). For
        a bare pod nobody knows; a list is taken for the pod's own.
        """
        if self.attempt is None and not self.pod_exists:
            return not self.spec.pull_secrets
        if self.root is not None and self.root.template is not None:
            return not self.root.template.pull_secrets
        return not self.spec.pull_secrets

    @property
    def has_own_list(self) -> bool:
        """Whether the list was written for this pod or template, and so hides the account's."""
        return bool(self.spec.pull_secrets) and not self.injected

    @property
    def pod_exists(self) -> bool:
        """Whether there is a pod that keeps the list that it was created with."""
        return self.pod is not None and self.pod.live

    @cached_property
    def listed(self) -> tuple[NamedSecret, ...]:
        """The secrets that the kubelet is told to use, in order."""
        names = self.spec.pull_secrets
        if not names and self.attempt is None and self.account is not None and not self.pod_exists:
            names = self.account.pull_secrets
        return self.known.named(self.namespace, names, self._retrievals)

    @cached_property
    def _retrievals(self) -> tuple[Event, ...]:
        return retrievals_of(self.events)

    @cached_property
    def account_only(self) -> tuple[NamedSecret, ...]:
        """The secrets that the account lists now and the pod does not."""
        if self.account is None:
            return ()
        have = {named.name for named in self.listed}
        names = tuple(name for name in self.account.pull_secrets if name not in have)
        return self.known.named(self.namespace, names, self._retrievals)

    @cached_property
    def offer(self) -> Offer:
        """What the listed secrets offer."""
        return self.known.offer(self.listed, self.reference)

    @cached_property
    def account_offer(self) -> Offer:
        """What the account's further secrets would offer."""
        return self.known.offer(self.account_only, self.reference)

    @cached_property
    def serving(self) -> tuple[tuple[PullSecret, AuthEntry], ...]:
        """Every secret of the snapshot that would serve the image today, in any namespace."""
        if self.reference is None:
            return ()
        return tuple(
            (secret, entry)
            for secret, entry in self.known.candidates.serving(self.reference)
            if entry.usable and not self.spent(entry) and not is_openshift_internal(secret.name)
        )

    def answer(self, entry: AuthEntry | None) -> Answer | None:
        """What the registry said of the image to a credential (None: to anybody), if asked."""
        if not self.snapshot.answers or self.reference is None:
            return None
        login = Login.of(entry) if entry is not None else None
        return self.snapshot.answers.get(Question.about(self.reference, login))

    def spent(self, entry: AuthEntry) -> bool:
        """Whether a credential says itself that it is over, or the registry refused it."""
        return self.refused(entry) or about(entry).over(self.now)

    def refused(self, entry: AuthEntry) -> bool:
        """Whether the registry, asked just now, refused a credential."""
        answer = self.answer(entry)
        return answer is not None and answer.cause is Cause.CREDENTIAL_REJECTED

    @property
    def serving_here(self) -> tuple[PullSecret, ...]:
        """The secrets of this namespace that would serve the image and are not listed."""
        listed = {named.name for named in self.listed}
        found = {s.name: s for s, _ in self.serving if s.namespace == self.namespace}
        return tuple(secret for name, secret in found.items() if name not in listed)

    @property
    def serving_elsewhere(self) -> tuple[PullSecret, ...]:
        """The secrets of other namespaces that would serve the image, once each."""
        found = {(s.namespace, s.name): s for s, _ in self.serving if s.namespace != self.namespace}
        return tuple(found.values())

    @property
    def unseen(self) -> tuple[NamedSecret, ...]:
        """The listed secrets of which nothing is known."""
        return tuple(named for named in self.listed if named.presence is Presence.UNSEEN)

    @property
    def unread_types(self) -> tuple[tuple[NamedSecret, NotAPullSecret], ...]:
        """The listed secrets that the kubelet skips for their type or data key."""
        return tuple(
            (named, named.secret.content)
            for named in self.listed
            if named.secret is not None and isinstance(named.secret.content, NotAPullSecret)
        )
