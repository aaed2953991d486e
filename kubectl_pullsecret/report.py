"""What a diagnosis says, as data: findings, their evidence, the fixes, and the report of all.

No layout and no I/O: `views` turns a Report into text, JSON or YAML, and `views.commands` is the
one place where a fix becomes a command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from kubectl_pullsecret.errors import ExitCode
from kubectl_pullsecret.facts.objects import ObjectRef

if TYPE_CHECKING:
    from kubectl_pullsecret.facts.answers import Question


class Reason(Enum):
    """Why an image does not pull. `diagnosis.reasons` has the pages. Findings sort so."""

    POD_NOT_CREATED = "PodNotCreated"
    SANDBOX_IMAGE_FAILED = "SandboxImageFailed"
    INVALID_IMAGE_NAME = "InvalidImageName"
    NEVER_PULL = "NeverPull"
    SECRET_MALFORMED = "SecretMalformed"
    CHANGED_SINCE_LAST_ATTEMPT = "ChangedSinceLastAttempt"
    MANIFEST_NOT_FOUND = "ManifestNotFound"
    REPOSITORY_NOT_FOUND = "RepositoryNotFound"
    MIRROR_NOT_FOUND = "MirrorNotFound"
    PLATFORM_MISMATCH = "PlatformMismatch"
    MANIFEST_UNSUPPORTED = "ManifestUnsupported"
    SHORT_NAME_AMBIGUOUS = "ShortNameAmbiguous"
    NAME_RESOLUTION = "NameResolution"
    CONNECTION_REFUSED = "ConnectionRefused"
    NETWORK_UNREACHABLE = "NetworkUnreachable"
    TIMEOUT = "Timeout"
    PROXY_FAILURE = "ProxyFailure"
    UNTRUSTED_CERTIFICATE = "UntrustedCertificate"
    CERTIFICATE_NAME_MISMATCH = "CertificateNameMismatch"
    CERTIFICATE_EXPIRED = "CertificateExpired"
    SCHEME_MISMATCH = "SchemeMismatch"
    RATE_LIMITED = "RateLimited"
    PULL_QPS_EXCEEDED = "PullQPSExceeded"
    REGISTRY_ERROR = "RegistryError"
    REGISTRY_POLICY_BLOCKED = "RegistryPolicyBlocked"
    REGISTRY_CONTENT_BROKEN = "RegistryContentBroken"
    SIGNATURE_REJECTED = "SignatureRejected"
    NODE_DISK_FULL = "NodeDiskFull"
    UNPACK_FAILED = "UnpackFailed"
    PULL_CANCELED = "PullCanceled"
    CREDENTIAL_PROVIDER_FAILED = "CredentialProviderFailed"
    CREDENTIAL_RECHECK = "CredentialRecheck"
    SERVICE_ACCOUNT_CHANGED_AFTER_POD = "ServiceAccountChangedAfterPod"
    POD_HIDES_SERVICE_ACCOUNT = "PodHidesServiceAccount"
    SECRET_NOT_FOUND = "SecretNotFound"
    SECRET_WRONG_TYPE = "SecretWrongType"
    NO_MATCHING_CREDENTIAL = "NoMatchingCredential"
    NO_CREDENTIAL = "NoCredential"
    UNUSABLE_CREDENTIAL = "UnusableCredential"
    STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE = "StaleCredentialBlocksPublicImage"
    CREDENTIAL_EXPIRED = "CredentialExpired"
    CREDENTIAL_EXPIRES_SOON = "CredentialExpiresSoon"
    CREDENTIAL_REJECTED = "CredentialRejected"
    ACCESS_FORBIDDEN = "AccessForbidden"
    DENIED_OR_NOT_FOUND = "DeniedOrNotFound"
    UNKNOWN = "Unknown"


class Severity(Enum):
    """An error is a failed attempt, or what must fail; all else is a warning."""

    ERROR = "error"
    WARNING = "warning"


class Confidence(Enum):
    """How sure a finding is, and so how it may be worded."""

    SETTLED = "settled"
    LIKELY = "likely"
    OPEN = "open"


class FailOn(Enum):
    """From which severity on a report makes the exit code 1."""

    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"


class Attach(NamedTuple):
    """Give secrets to an account, a workload, or (with `recreate`) a bare pod."""

    target: ObjectRef
    secrets: tuple[str, ...]
    restart: bool = False
    recreate: bool = False
    note: str = ""


class Detach(NamedTuple):
    """Take secrets away from an account or a workload."""

    target: ObjectRef
    secrets: tuple[str, ...]
    note: str = ""


class Create(NamedTuple):
    """Write a pull secret from a password that the user types; `replace` changes one."""

    namespace: str
    name: str
    server: str
    username: str = ""  # "" where nobody knows it
    replace: bool = False
    note: str = ""


class Rewrap(NamedTuple):
    """Reuse the credential of a secret under another key, type or name; nothing is typed."""

    namespace: str
    name: str
    from_secret: str
    renames: tuple[tuple[str, str], ...] = ()  # (key as written, key that the kubelet needs)
    note: str = ""


class Copy(NamedTuple):
    """Bring a secret of another namespace to where it is needed."""

    secret: str
    from_namespace: str
    to_namespace: str
    note: str = ""


class Restart(NamedTuple):
    """Make new pods, so that they get what the account or the template says today."""

    target: ObjectRef
    note: str = ""
    more: tuple[str, ...] = ()  # further pods of the same namespace, where the target is a pod


class Advice(NamedTuple):
    """What to do where no command can do it: a command here would be fake."""

    note: str


# As tuples, fixes of different kinds are never equal: their fields differ in number or type.
Fix = Attach | Detach | Create | Rewrap | Copy | Restart | Advice


class Evidence(NamedTuple):
    """One line of proof: what it is about (the label in the text view) and what was seen.

    `columns` are aligned among neighbours with the same label; the last one may wrap.
    """

    about: str  # why, listed, hidden, elsewhere, seen, image, entry, note, also, gets
    columns: tuple[str, ...]

    @property
    def text(self) -> str:
        """The line without alignment, as JSON has it."""
        return "  ".join(self.columns)


@dataclass(frozen=True, slots=True)
class PodGroup:
    """The pods that a finding is about."""

    count: int
    names: tuple[str, ...] = ()  # at most ten
    nodes: tuple[str, ...] = ()  # at most ten


class Finding(NamedTuple):
    """One reason why one owner's image does not pull, with its proof and its remedy."""

    reason: Reason
    severity: Severity
    confidence: Confidence
    subject: ObjectRef
    message: str  # the verdict in one sentence
    image: str | None = None  # None where the cause is the pod's, not one image's
    containers: tuple[str, ...] = ()
    pods: PodGroup = PodGroup(0)
    also: tuple[Reason, ...] = ()  # holds too: what would stop the next pull
    cause: str | None = None  # what the last error itself says; None without an attempt
    evidence: tuple[Evidence, ...] = ()
    fixes: tuple[Fix, ...] = ()
    then: str = ""  # what happens after the fix
    settled_by: tuple[str, ...] = ()  # the questions whose answers would settle it
    probed: bool = False  # a registry was asked; what is open now stays so
    last_attempt: datetime | None = None


class Incomplete(NamedTuple):
    """A part that could not be seen, and what would show it."""

    verb: str
    resource: str
    namespace: str
    why: str

    @property
    def about_secrets(self) -> bool:
        """Whether it is one secret, or all of them."""
        return self.resource.partition("/")[0] == "secrets"


class Note(NamedTuple):
    """A line about an object that is no finding: healthy, not an image pull problem, a listing."""

    subject: ObjectRef
    text: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that one `doctor` run has to say; findings are ordered, worst first."""

    findings: tuple[Finding, ...]
    pods: int  # looked at
    failing: int  # of these, with a failed image pull
    templates: int = 0  # of workloads without pods: judged as predictions
    incomplete: tuple[Incomplete, ...] = ()
    outages: tuple[str, ...] = ()  # one line for a cause that hits many owners
    notes: tuple[Note, ...] = ()
    questions: tuple[Question, ...] = ()  # to registries, whose answers would tell more

    def count(self, severity: Severity) -> int:
        """How many findings are of this severity."""
        return sum(finding.severity is severity for finding in self.findings)

    def exit_code(self, fail_on: FailOn, allow_unseen: bool = False) -> ExitCode:
        """1 for findings at or above `fail_on`, else 4 if a part was not seen, else 0.

        With `allow_unseen` that part has to be more than secrets.
        """
        errors, warnings = self.count(Severity.ERROR), self.count(Severity.WARNING)
        if (errors and fail_on is not FailOn.NEVER) or (warnings and fail_on is FailOn.WARNING):
            return ExitCode.FINDINGS
        missed = [one for one in self.incomplete if not (allow_unseen and one.about_secrets)]
        return ExitCode.INCOMPLETE if missed else ExitCode.FINE
