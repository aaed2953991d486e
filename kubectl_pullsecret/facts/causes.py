"""Why an image was not given out: the one vocabulary of pull errors and of registries' answers."""

from __future__ import annotations

from enum import Enum


class Cause(Enum):
    """What the text of a failed pull, or a registry's answer, says. Never more than it says."""

    # the credentials
    NO_CREDENTIAL_SENT = "NoCredentialSent"
    CREDENTIAL_REJECTED = "CredentialRejected"
    ACCESS_FORBIDDEN = "AccessForbidden"
    DENIED_OR_NOT_FOUND = "DeniedOrNotFound"
    CREDENTIAL_PROVIDER_FAILED = "CredentialProviderFailed"
    CREDENTIAL_RECHECK = "CredentialRecheck"  # has no text of its own: the doctor finds it
    SECRET_NOT_FOUND = "SecretNotFound"
    SECRET_MALFORMED = "SecretMalformed"
    # what was asked for
    INVALID_IMAGE_NAME = "InvalidImageName"
    SHORT_NAME_AMBIGUOUS = "ShortNameAmbiguous"
    MANIFEST_NOT_FOUND = "ManifestNotFound"
    REPOSITORY_NOT_FOUND = "RepositoryNotFound"
    MIRROR_NOT_FOUND = "MirrorNotFound"
    PLATFORM_MISMATCH = "PlatformMismatch"
    MANIFEST_UNSUPPORTED = "ManifestUnsupported"
    # the registry
    RATE_LIMITED = "RateLimited"
    REGISTRY_ERROR = "RegistryError"
    REGISTRY_POLICY_BLOCKED = "RegistryPolicyBlocked"
    REGISTRY_CONTENT_BROKEN = "RegistryContentBroken"
    # the way to it
    NAME_RESOLUTION = "NameResolution"
    CONNECTION_REFUSED = "ConnectionRefused"
    TIMEOUT = "Timeout"
    NETWORK_UNREACHABLE = "NetworkUnreachable"
    PROXY_FAILURE = "ProxyFailure"
    UNTRUSTED_CERTIFICATE = "UntrustedCertificate"
    CERTIFICATE_NAME_MISMATCH = "CertificateNameMismatch"
    CERTIFICATE_EXPIRED = "CertificateExpired"
    SCHEME_MISMATCH = "SchemeMismatch"
    # the node
    NEVER_PULL = "NeverPull"
    PULL_QPS_EXCEEDED = "PullQPSExceeded"
    PULL_CANCELED = "PullCanceled"
    NODE_DISK_FULL = "NodeDiskFull"
    UNPACK_FAILED = "UnpackFailed"
    SIGNATURE_REJECTED = "SignatureRejected"
    # no answer
    UNINFORMATIVE = "Uninformative"  # a bare Back-off: read the newest Failed event instead
    UNKNOWN = "Unknown"
