"""The one table of reasons: when each holds, what it means, what mends it, and whose rule it is.

`explain` prints these pages, the reports take `means` and `fix` from here, docs are made of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from kubectl_pullsecret.report import Reason


class Page(NamedTuple):
    """One reason. `means` is a clause for the `why` line, `fix` an advice without a command."""

    when: str
    means: str
    fix: str
    rule: str


# The registry was not reached, or not trusted: no credential was asked for or sent.
UNREACHED = frozenset(
    {
        Reason.NAME_RESOLUTION,
        Reason.CONNECTION_REFUSED,
        Reason.NETWORK_UNREACHABLE,
        Reason.TIMEOUT,
        Reason.PROXY_FAILURE,
        Reason.UNTRUSTED_CERTIFICATE,
        Reason.CERTIFICATE_NAME_MISMATCH,
        Reason.CERTIFICATE_EXPIRED,
        Reason.SCHEME_MISMATCH,
    }
)

# The registry was asked, and does not have it.
NOT_THERE = frozenset({Reason.MANIFEST_NOT_FOUND, Reason.REPOSITORY_NOT_FOUND})

_TEXT = "the runtime's own words; read by diagnosis.pull_errors"
_KEYRING = "kubelet 1.34, pkg/credentialprovider/keyring.go"
_ADMISSION = "kube-apiserver 1.34, plugin/pkg/admission/serviceaccount/admission.go"

REASONS: Mapping[Reason, Page] = {
    Reason.POD_NOT_CREATED: Page(
        "the owner could not create its pod: no such ServiceAccount, a quota, admission",
        "no pod was created, so nothing was pulled",
        "mend what the message names: the ServiceAccount, the quota, the policy",
        "the owner's FailedCreate event or ReplicaFailure condition",
    ),
    Reason.SANDBOX_IMAGE_FAILED: Page(
        "the pod's sandbox could not start because the pause image does not pull",
        "the node's runtime cannot pull its pause image; pull secrets play no part in that",
        "preload the pause image on the node or mend the runtime's sandbox image and its mirror",
        "kubelet 1.34: event FailedCreatePodSandBox; the runtime pulls this image, not the kubelet",
    ),
    Reason.INVALID_IMAGE_NAME: Page(
        "the image is not a name that the kubelet can parse",
        "the image name is not valid, so no Secret was read and nothing was pulled",
        "correct the image name: lower case, no scheme, no blanks, host/path:tag",
        "kubelet 1.34, pkg/kubelet/images/image_manager.go; distribution/reference",
    ),
    Reason.NEVER_PULL: Page(
        "the pull policy is Never and the image is not on the node",
        "the pull policy is Never, so the kubelet does not pull, whatever the credentials",
        "load the image onto the node, or set imagePullPolicy to IfNotPresent",
        "kubelet 1.34, pkg/kubelet/images/image_manager.go",
    ),
    Reason.SECRET_MALFORMED: Page(
        "the kubelet cannot parse a pull secret of the pod; the waiting reason is raw Go text",
        "the kubelet stops at a pull secret that it cannot parse and pulls nothing at all",
        "write the secret again; one bad entry stops every image of the pod, public ones too",
        "kubelet 1.34, pkg/credentialprovider/secrets/secrets.go, MakeDockerKeyring",
    ),
    Reason.CHANGED_SINCE_LAST_ATTEMPT: Page(
        "a secret of the pod was created or changed after the last try and serves the image now; "
        "--probe: the registry gives out from here what it denied the node",
        "a secret changed after the last failed try, and now it serves the image",
        "wait for the next try: the back-off is five minutes at most",
        "kubelet 1.34: image back-off grows from 10 seconds to 5 minutes",
    ),
    Reason.MANIFEST_NOT_FOUND: Page(
        "the registry answered that the tag or digest does not exist",
        "the registry does not have this tag or digest; it did not refuse the credential",
        "correct the tag or digest, or push the image",
        _TEXT,
    ),
    Reason.REPOSITORY_NOT_FOUND: Page(
        "the registry answered that the repository does not exist",
        "the registry does not have this repository; it did not refuse the credential",
        "correct the repository's name, account or region",
        _TEXT,
    ),
    Reason.MIRROR_NOT_FOUND: Page(
        "a mirror or proxy registry answered instead of the image's own host, and does not have it",
        "a mirror answered instead of the image's own registry",
        "look at the mirror: its upstream, its login there, its configuration on the node",
        _TEXT,
    ),
    Reason.PLATFORM_MISMATCH: Page(
        "the image has no variant for the node's operating system and architecture",
        "the image is there, but not for this node's platform",
        "build the image for the node's platform, or choose other nodes with a nodeSelector",
        _TEXT,
    ),
    Reason.MANIFEST_UNSUPPORTED: Page(
        "the runtime does not support the image's manifest format (schema 1, unknown media type)",
        "the runtime cannot read this kind of manifest",
        "push the image again with a current tool, or upgrade the runtime",
        _TEXT,
    ),
    Reason.SHORT_NAME_AMBIGUOUS: Page(
        "CRI-O or podman refuses a name without a registry",
        "the node's runtime does not guess the registry of a short name",
        "write the registry into the image name, for example docker.io/library/nginx",
        "containers/image, short-name resolution",
    ),
    Reason.NAME_RESOLUTION: Page(
        "the node could not resolve the registry's name",
        "the node cannot resolve the registry's name; no credential was asked for",
        "make the name resolve on the node: its spelling, the node's resolver, a private zone",
        _TEXT,
    ),
    Reason.CONNECTION_REFUSED: Page(
        "nothing listens at the registry's address and port",
        "the registry's address refused the connection; no credential was asked for",
        "start the registry or correct the port; look at firewalls between node and registry",
        _TEXT,
    ),
    Reason.NETWORK_UNREACHABLE: Page(
        "the connection broke or there is no route to the registry",
        "the node's connection to the registry broke; no credential was refused",
        "look at routes, firewalls and middleboxes between node and registry",
        _TEXT,
    ),
    Reason.TIMEOUT: Page(
        "the registry did not answer in time",
        "the registry did not answer in time; no credential was refused",
        "look at the network between node and registry, and at the size of the image",
        _TEXT,
    ),
    Reason.PROXY_FAILURE: Page(
        "the node's HTTP proxy failed or refused",
        "the node's proxy stands in the way; the registry never saw the request",
        "correct HTTP_PROXY, HTTPS_PROXY and NO_PROXY of the node's runtime, or the proxy's rules",
        _TEXT,
    ),
    Reason.UNTRUSTED_CERTIFICATE: Page(
        "the node does not trust the certificate authority of the registry",
        "the node does not trust the registry's certificate; no credential was sent",
        "install the registry's CA for the node's runtime (containerd: hosts.toml, `ca`)",
        _TEXT,
    ),
    Reason.CERTIFICATE_NAME_MISMATCH: Page(
        "the registry's certificate is for another name",
        "the registry's certificate is not for this name; no credential was sent",
        "use a name that the certificate has, or issue one with this name as SAN",
        _TEXT,
    ),
    Reason.CERTIFICATE_EXPIRED: Page(
        "the registry's certificate is over, or the node's clock is wrong",
        "the registry's certificate is not valid at the node's time; no credential was sent",
        "renew the certificate; if it is valid, correct the node's clock",
        _TEXT,
    ),
    Reason.SCHEME_MISMATCH: Page(
        "HTTP was spoken to an HTTPS port, or the other way round",
        "node and registry disagree about HTTP and HTTPS; no credential was sent",
        "serve TLS, or configure the node's runtime for plain HTTP (containerd: hosts.toml)",
        _TEXT,
    ),
    Reason.RATE_LIMITED: Page(
        "the registry refuses because too much was pulled",
        "the registry's rate limit is reached",
        "pull with a credential of your own, wait, or use a mirror",
        _TEXT,
    ),
    Reason.PULL_QPS_EXCEEDED: Page(
        "the kubelet's own limit of pulls per second is reached",
        "the kubelet limits its own pulls; no request was made",
        "wait, or raise registryPullQPS of the kubelet",
        "kubelet 1.34, registryPullQPS and registryBurst",
    ),
    Reason.REGISTRY_ERROR: Page(
        "the registry or its token service failed (5xx)",
        "the registry itself failed; no credential was refused",
        "look at the registry, its storage and its token service; the kubelet tries again",
        _TEXT,
    ),
    Reason.REGISTRY_POLICY_BLOCKED: Page(
        "a policy of the registry refuses the image or the client, whatever the credential",
        "a policy refuses this pull, whatever the credential",
        "ask the registry's owner: vulnerability gate, signature gate, allowed addresses",
        _TEXT,
    ),
    Reason.REGISTRY_CONTENT_BROKEN: Page(
        "the manifest is there, but a blob or child manifest is missing or damaged",
        "the registry's copy of the image is incomplete or damaged",
        "push the image again, or purge the broken copy from the cache that answered",
        _TEXT,
    ),
    Reason.SIGNATURE_REJECTED: Page(
        "the node's signature policy refuses the image",
        "the node's signature policy refuses the image",
        "sign the image, or correct the node's policy.json",
        _TEXT,
    ),
    Reason.NODE_DISK_FULL: Page(
        "the node has no space left for the image",
        "the node's disk is full",
        "free space on the node, or let image garbage collection do it",
        _TEXT,
    ),
    Reason.UNPACK_FAILED: Page(
        "the image was fetched but could not be unpacked on the node",
        "the image came, but the node could not unpack it",
        "look at the node's image store; remove the damaged layers and pull again",
        _TEXT,
    ),
    Reason.PULL_CANCELED: Page(
        "the pull was cancelled on the node",
        "the pull was cancelled before it ended; no credential was refused",
        "look at slow network or disk, at restarts of kubelet or runtime, and at the image's size",
        _TEXT,
    ),
    Reason.CREDENTIAL_PROVIDER_FAILED: Page(
        "a credential provider plugin of the node failed",
        "the node's credential provider failed, so the node had no credential of its own to send",
        "mend the node's role or the plugin, or attach a pull secret",
        "kubelet 1.34, pkg/credentialprovider/plugin",
    ),
    Reason.CREDENTIAL_RECHECK: Page(
        "the image is on the node, but this pod has no credential that was ever good for it",
        "the image is on the node, but the kubelet wants this pod's own credential for it",
        "give the pod a pull secret of its own for the image, and a policy other than Never",
        "kubelet 1.33 and newer, gate KubeletEnsureSecretPulledImages",
    ),
    Reason.SERVICE_ACCOUNT_CHANGED_AFTER_POD: Page(
        "the account has a matching secret now, but the pod was created without it",
        "the account's secrets are copied into a pod when it is created, never later",
        "make a new pod",
        _ADMISSION,
    ),
    Reason.POD_HIDES_SERVICE_ACCOUNT: Page(
        "the pod lists pull secrets of its own, so the account's matching ones were not added",
        "the pod lists pull secrets of its own, so those of its account were not added",
        "add the account's secret to the pod's own list, or take that list away",
        _ADMISSION,
    ),
    Reason.SECRET_NOT_FOUND: Page(
        "a named secret is not in the pod's namespace, and nothing else matches",
        "a named pull secret is not in the pod's namespace; the kubelet skips it and goes on",
        "create the secret in this namespace, copy it here, or correct its name",
        "kubelet 1.34, pkg/kubelet/kubelet_pods.go, getPullSecretsForPod",
    ),
    Reason.SECRET_WRONG_TYPE: Page(
        "a named secret has a type or data key that the kubelet does not read for pulling",
        "the kubelet skips a secret of another type or with another data key, without a word",
        "write it again as kubernetes.io/dockerconfigjson; a Secret's type cannot be changed",
        "kubelet 1.34, pkg/credentialprovider/secrets/secrets.go, MakeDockerKeyring",
    ),
    Reason.NO_MATCHING_CREDENTIAL: Page(
        "secrets are attached, and none of their entries serves the image",
        "no attached secret has an entry for this image",
        "correct the entry's key, or attach a secret for this registry",
        f"{_KEYRING}, URLsMatch and Lookup",
    ),
    Reason.NO_CREDENTIAL: Page(
        "no secret is attached, and the registry wants a credential",
        "no pull secret is attached, so nothing was sent",
        "attach a secret for this registry",
        f"{_KEYRING}, Lookup",
    ),
    Reason.UNUSABLE_CREDENTIAL: Page(
        "the entries that match have no user or no password (empty, or an identity token only)",
        "the entry that matches has no user and password; the kubelet ignores identity tokens",
        "write the secret again with user and password",
        "kubelet 1.34, pkg/credentialprovider/config.go, DockerConfigEntry",
    ),
    Reason.CREDENTIAL_EXPIRED: Page(
        "the matching credential says itself that it is over",
        "the matching credential says itself that it is over",
        "renew it, and have something renew it before it ends",
        "the token's own expiry (ECR, JWT, JFrog)",
    ),
    Reason.CREDENTIAL_EXPIRES_SOON: Page(
        "a pod runs, and every credential that matches ends within a day and is in the last "
        "twelfth of its life (of an ECR token: its last hour)",
        "the matching credential says itself that it ends soon",
        "see that what renews it still does, or renew it by hand",
        "the token's own expiry (ECR, JWT, JFrog)",
    ),
    Reason.STALE_CREDENTIAL_BLOCKS_PUBLIC_IMAGE: Page(
        "--probe: anybody may pull the image, but the registry refuses the credential that matches",
        "the image is public, but with a credential that matches nobody asks without it",
        "take the credential away, or renew it",
        f"{_KEYRING}: with a match, no anonymous pull is tried",
    ),
    Reason.CREDENTIAL_REJECTED: Page(
        "a matching credential was there, and the registry answered 401",
        "the registry rejected the credential that was sent",
        "renew the credential in the secret",
        _TEXT,
    ),
    Reason.ACCESS_FORBIDDEN: Page(
        "the registry knows who asks and refuses (403)",
        "the registry refuses this repository to whoever asked",
        "grant the user the right to pull this repository",
        _TEXT,
    ),
    Reason.DENIED_OR_NOT_FOUND: Page(
        "a matching credential was there, and the registry does not tell missing from forbidden",
        "the registry does not say whether the repository is missing or not allowed",
        "check the repository's name and the user's right to pull it",
        _TEXT,
    ),
    Reason.UNKNOWN: Page(
        "nothing above holds",
        "this message is not known; it stands below as it came",
        "read the message; it is the runtime's own",
        _TEXT,
    ),
}
