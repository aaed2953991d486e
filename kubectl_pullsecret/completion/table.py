"""The words of the command line. Made from the commands: UPDATE_GOLDEN=1 pytest tests/completion.

Nothing here is written by hand; a test says when it is stale.
"""

from __future__ import annotations

from kubectl_pullsecret.completion.flag import Flag

Words = dict[str, tuple[str, tuple[str, ...]]]

COMMANDS = {
    "doctor": "Explain why images do not pull and what fixes it",
    "match": "Show which credentials the kubelet tries for an image, and why",
    "list": "List pull secrets: registries, user names, state, expiry",
    "inspect": "Show what the kubelet sees in one secret, masked",
    "attach": "Give pull secrets to an account, a workload or a pod's owner",
    "detach": "Take pull secrets from an account, a workload or a pod's owner",
    "create": "Write a pull secret, or exchange a credential in one",
    "copy": "Copy a pull secret to other namespaces or another cluster",
    "verify": "Try pull secrets against their registries, to pull only",
    "explain": "Explain a reason that a report names",
    "completion": "Make shells complete this program's words and names",
    "version": "Print the versions of this program and of the server",
}
HELP = (Flag(("-h", "--help"), help="Show this message and exit."),)
VERSION = (Flag(("--version",), help="Show the version and exit."),)
# kubectl's own
CONNECTION = (
    Flag(("-v", "--v"), "text"),
    Flag(("--kubeconfig",), "file"),
    Flag(("--context",), "context"),
    Flag(("--cluster",), "cluster"),
    Flag(("--user",), "user"),
    Flag(("--server", "-s"), "text"),
    Flag(("--tls-server-name",), "text"),
    Flag(("--insecure-skip-tls-verify",)),
    Flag(("--certificate-authority",), "file"),
    Flag(("--client-certificate",), "file"),
    Flag(("--client-key",), "file"),
    Flag(("--token",), "text"),
    Flag(("--username",), "text"),
    Flag(("--password",), "text"),
    Flag(("--as",), "text"),
    Flag(("--as-uid",), "text"),
    Flag(("--as-group",), "text", several=True),
    Flag(("--request-timeout",), "text"),
    Flag(("--disable-compression",)),
)
_FILENAME = Flag(
    ("-f", "--filename"),
    "file",
    help="File, folder, or - for stdin, with the objects to look at instead of a cluster's.",
    several=True,
)
_RECURSIVE = Flag(("-R", "--recursive"), help="Read the folders of -f with all their subfolders.")
_NAMESPACE = Flag(("-n", "--namespace"), "namespace", help="Look at this namespace.")
_ALL_NAMESPACES = Flag(("-A", "--all-namespaces"), help="Look at every namespace.")
_OUTPUT = Flag(
    ("-o", "--output"), "choice", help="Output format.", choices=("wide", "json", "yaml", "name")
)
_REGISTRY_CA = Flag(
    ("--registry-ca",),
    "file",
    help="Trust these certificates of authorities too, when a registry shows its own.",
)
_PLAIN_HTTP = Flag(
    ("--plain-http",),
    help="Also send credentials to registries without TLS: anybody on the way can read them.",
)
_OUTPUT_2 = Flag(
    ("-o", "--output"), "choice", help="Output format.", choices=("wide", "json", "yaml")
)
_SELECTOR = Flag(("-l", "--selector"), "text", help="Only with these labels.")
_OUTPUT_3 = Flag(("-o", "--output"), "choice", help="Output format.", choices=("json", "yaml"))
_RECREATE = Flag(("--recreate",), help="Of a pod without owner: delete it and create it again.")
_FILENAME_2 = Flag(
    ("-f", "--filename"),
    "file",
    help="With --local: file, folder, or - for stdin, with the manifests to edit.",
    several=True,
)
_LOCAL = Flag(("--local",), help="Print the manifests of -f with the change.")
_NAMESPACE_2 = Flag(("-n", "--namespace"), "namespace", help="Change things in this namespace.")
_DRY_RUN = Flag(
    ("--dry-run",),
    "choice",
    help="Show the change and make none.",
    choices=("none", "client", "server"),
)
_OUTPUT_4 = Flag(
    ("-o", "--output"), "choice", help="Output format.", choices=("json", "yaml", "name")
)
_FIELD_MANAGER = Flag(("--field-manager",), "text", help="Who made the change, for managedFields.")
FLAGS: dict[str, tuple[Flag, ...]] = {
    "doctor": (
        _FILENAME,
        _RECURSIVE,
        _NAMESPACE,
        _ALL_NAMESPACES,
        _OUTPUT,
        Flag(
            ("--fail-on",),
            "choice",
            help="From which findings on the exit code is 1.",
            choices=("error", "warning", "never"),
        ),
        Flag(
            ("--allow-unseen",),
            help="Exit with 0, not 4, where only secrets were not seen: git rarely has them.",
        ),
        Flag(("--healthy",), help="Also show what may fail at the next pull."),
        Flag(("--probe",), help="Ask the registries, from this machine, what stays open."),
        _REGISTRY_CA,
        _PLAIN_HTTP,
    ),
    "match": (
        Flag(("--for",), "workload", help="Ask for this pod, account or workload alone."),
        Flag(("--probe",), help="Ask the registries, from this machine, who may pull."),
        _REGISTRY_CA,
        _PLAIN_HTTP,
        _FILENAME,
        _RECURSIVE,
        _NAMESPACE,
        _OUTPUT_2,
    ),
    "list": (
        _FILENAME,
        _RECURSIVE,
        _NAMESPACE,
        _ALL_NAMESPACES,
        _SELECTOR,
        _OUTPUT,
    ),
    "inspect": (
        _FILENAME,
        _RECURSIVE,
        _NAMESPACE,
        Flag(("--docker-config",), "file?", help="Inspect a docker config instead."),
        Flag(("--reveal",), help="Show passwords in clear."),
        _OUTPUT_3,
    ),
    "attach": (
        Flag(("--first",), help="Put them before those that are listed."),
        Flag(("--force",), help="Attach even what would not help or not last."),
        Flag(("--restart",), help="Make new pods for those that are stuck."),
        _RECREATE,
        Flag(("--wait",), help="Wait until the new pods have their images."),
        Flag(("--timeout",), "text", help="How long --wait waits."),
        _FILENAME_2,
        _RECURSIVE,
        _LOCAL,
        _NAMESPACE_2,
        _DRY_RUN,
        _OUTPUT_4,
        _FIELD_MANAGER,
    ),
    "detach": (
        Flag(("--all-missing",), help="Every reference to a secret that is not there."),
        Flag(("--force",), help="Detach even where it would not last."),
        _RECREATE,
        _FILENAME_2,
        _RECURSIVE,
        _LOCAL,
        _NAMESPACE_2,
        _DRY_RUN,
        _OUTPUT_4,
        _FIELD_MANAGER,
    ),
    "create": (
        Flag(("--docker-server",), "text", help="The registry."),
        Flag(("--docker-username",), "text", help="The user."),
        Flag(("--docker-email",), "text", help="No registry needs it."),
        Flag(("--docker-password-stdin",), help="Read the password from standard input."),
        Flag(
            ("--from-docker-config",),
            "file?",
            help="Take what docker login has stored, credential helpers included.",
        ),
        Flag(
            ("--from-secret",),
            "secret",
            help="Take the credentials of this one, whatever its type, keys and encoding.",
        ),
        Flag(("--registry",), "text", help="Take only this registry's.", several=True),
        Flag(
            ("--rename",), "text", help="Write the second registry key for the first.", several=True
        ),
        Flag(("--replace",), help="Exchange the registry's entry in a secret that is there."),
        Flag(("--only",), help="With --replace: drop the entries of other registries."),
        Flag(("--force",), help="Write even what a controller will write again."),
        Flag(("--attach",), "workload", help="Give it to this account, workload or pod too."),
        _NAMESPACE_2,
        _DRY_RUN,
        _OUTPUT_4,
        _FIELD_MANAGER,
    ),
    "copy": (
        Flag(("--to-namespace",), "namespaces", help="Copy into these namespaces.", several=True),
        Flag(("--to-selector",), "text", help="Copy into the namespaces with these labels."),
        Flag(
            ("--to-context",),
            "context",
            help="Copy into the cluster of this context of the kubeconfig.",
        ),
        Flag(("--check",), help="Write nothing."),
        Flag(("--update",), help="Mend copies that have drifted."),
        Flag(("--force",), help="Overwrite a secret of that name that is no copy of it."),
        _NAMESPACE_2,
        _DRY_RUN,
        _OUTPUT_4,
        _FIELD_MANAGER,
    ),
    "verify": (
        Flag(
            ("--image",),
            "text",
            help="Ask whether this image may be pulled, not those in use.",
            several=True,
        ),
        _FILENAME,
        _RECURSIVE,
        _NAMESPACE,
        _ALL_NAMESPACES,
        _SELECTOR,
        Flag(("--yes",), help="With -A: try all logins without asking first."),
        _REGISTRY_CA,
        _PLAIN_HTTP,
        _OUTPUT_2,
    ),
    "explain": (),
    "completion": (),
    "version": (
        Flag(("--client",), help="Only this program's."),
        _OUTPUT_3,
    ),
}
# Commands that take kubectl's.
CONNECTED = (
    "doctor",
    "match",
    "list",
    "inspect",
    "attach",
    "detach",
    "create",
    "copy",
    "verify",
    "version",
)
# Their names in the connection's overrides.
FIELDS = {
    "--kubeconfig": "kubeconfig",
    "--context": "context",
    "--cluster": "cluster",
    "--user": "user",
    "--server": "server",
    "--tls-server-name": "tls_server_name",
    "--insecure-skip-tls-verify": "insecure_skip_tls_verify",
    "--certificate-authority": "certificate_authority",
    "--client-certificate": "client_certificate",
    "--client-key": "client_key",
    "--token": "token",
    "--username": "username",
    "--password": "password",
    "--as": "as_user",
    "--as-uid": "as_uid",
    "--as-group": "as_groups",
    "--request-timeout": "request_timeout",
    "--disable-compression": "disable_compression",
}
# Those that hold beside --to-context too.
KEPT = (
    "--kubeconfig",
    "--as",
    "--as-uid",
    "--as-group",
    "--request-timeout",
    "--disable-compression",
)
# What the words are that are no flags: a kind, and choices.
WORDS: Words = {
    "doctor": ("targets", ()),
    "match": ("text", ()),
    "inspect": ("secret", ()),
    "attach": ("attach", ()),
    "detach": ("detach", ()),
    "create": ("created", ()),
    "copy": ("secret", ()),
    "verify": ("secrets", ()),
    "explain": ("reason", ()),
    "completion": ("choice", ("bash", "zsh", "fish", "tcsh", "powershell", "install", "uninstall")),
}
# What has pods or pull secrets, with its other names.
TYPES: dict[str, tuple[str, ...]] = {
    "pod": ("pods", "po"),
    "sa": ("serviceaccounts", "serviceaccount"),
    "ns": ("namespaces", "namespace"),
    "rc": ("replicationcontrollers", "replicationcontroller"),
    "deploy": ("deployments", "deployment"),
    "rs": ("replicasets", "replicaset"),
    "sts": ("statefulsets", "statefulset"),
    "ds": ("daemonsets", "daemonset"),
    "job": ("jobs",),
    "cronjob": ("cronjobs", "cj"),
}
REASONS = """\
PodNotCreated SandboxImageFailed InvalidImageName NeverPull SecretMalformed
ChangedSinceLastAttempt ManifestNotFound RepositoryNotFound MirrorNotFound
PlatformMismatch ManifestUnsupported ShortNameAmbiguous NameResolution ConnectionRefused
NetworkUnreachable Timeout ProxyFailure UntrustedCertificate CertificateNameMismatch
CertificateExpired SchemeMismatch RateLimited PullQPSExceeded RegistryError
RegistryPolicyBlocked RegistryContentBroken SignatureRejected NodeDiskFull UnpackFailed
PullCanceled CredentialProviderFailed CredentialRecheck ServiceAccountChangedAfterPod
PodHidesServiceAccount SecretNotFound SecretWrongType NoMatchingCredential NoCredential
UnusableCredential StaleCredentialBlocksPublicImage CredentialExpired
CredentialExpiresSoon CredentialRejected AccessForbidden DeniedOrNotFound Unknown
"""
