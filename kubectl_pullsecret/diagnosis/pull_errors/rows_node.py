"""Rows for what the node says of itself: names, Secrets, platform, content, its store."""

from __future__ import annotations

from kubectl_pullsecret.diagnosis.pull_errors.row import Row, nothing_asked
from kubectl_pullsecret.facts.causes import Cause

# Before any request: the kubelet, the runtime's configuration, the name.
LOCAL = (
    # kubelet_pods.go, event FailedToRetrieveImagePullSecret
    Row(
        Cause.SECRET_NOT_FOUND,
        (
            "unable to retrieve some image pull secret", "unable to retrieve pull secret",
            "unable to retrieve image pull secret",
        ),
    ),
    # kubelet log, credentialprovider/plugin; the pod shows the registry's refusal instead
    Row(
        Cause.CREDENTIAL_PROVIDER_FAILED,
        (
            "credential provider plugin", "external registry credential provider",
            "getting credentials from ecr", "unable to get ecr credentials",
            "failed to get ecr credentials", "error getting credentials",
        ),
    ),
    Row(Cause.NEVER_PULL, ("is not present with pull policy of never", "errimageneverpull")),
    Row(Cause.PULL_QPS_EXCEEDED, ("pull qps exceeded",)),
    # containers/image, shortnames
    Row(
        Cause.SHORT_NAME_AMBIGUOUS,
        (
            "short-name", "short name mode", "did not resolve to an alias", "unqualified-search",
            "unqualified search", "unqualified image", "no registries configured",
            "returns ambiguous list",
        ),
    ),
    # distribution/reference; the kubelet's InspectFailed
    Row(
        Cause.INVALID_IMAGE_NAME,
        (
            "couldn't parse image", "invalid reference format", "failed to apply default image tag",
            "must be lowercase", "invalid image name", "invalid repository name",
            "invalid tag format", "name invalid", "invalidimagename", "invalid checksum digest",
            "repository name must", "cannot specify 64-byte", "failed to parse reference",
            "failed to parse image", "parsing image \"", "parsing reference \"",
            "repository name not canonical", "invalid character…in host name",
            "invalid port…after host",
        ),
    ),
    # Go's words while the kubelet reads a Secret: they stand alone, at the very start
    Row(
        Cause.SECRET_MALFORMED,
        (
            "^illegal base64 data", "^json: cannot unmarshal", "^json: ", "^unexpected end of json",
            "^invalid character", "^unable to parse auth field", "^yaml: ",
            "^error converting yaml", "^crypto/", "^error decoding",
        ),
        when=nothing_asked,
    ),
    Row(Cause.SECRET_MALFORMED, ("must be formatted as base64(username:password)",)),
)  # fmt: skip

# The image's content, told by the node: platform, media types, signatures, sizes.
CONTENT = (
    # no pull at all: a runtime that does not answer
    Row(
        Cause.UNKNOWN,
        (
            "dial unix", "transport is closing", "error reading from server",
            "unknown service runtime", "open //./pipe/", "server is not initialized",
            "cannot connect to the docker daemon", "containerd.sock", "crio.sock", "dockerd.sock",
        ),
    ),
    Row(
        Cause.NODE_DISK_FULL,
        (
            "no space left", "disk quota exceeded", "not enough space on the disk",
            "not enough disk space", "disk is full",
        ),
    ),
    # before the missing manifest: "no match for platform in manifest: not found"
    Row(
        Cause.PLATFORM_MISMATCH,
        (
            "no match for platform", "no matching manifest", "no image found in manifest list",
            "no image found in image index", "cannot be used on this platform",
            "operating system is not supported", "match the host operating",
            "does not match the specified platform", "does not provide the specified platform",
            "incompatible with a…host", "exec format error", "no supported platform",
            "does not support platform", "unsupported platform", "no child with platform",
            "does not match the expected platform",
        ),
    ),
    # a web page for a manifest: `unexpected media type text/html for sha256:…: not found`
    Row(
        Cause.REGISTRY_CONTENT_BROKEN,
        (
            "media type text/", "mediatype text/", "media type \"text/", "mime type \"text/",
            "default available: text/", "mimetype text/",
        ),
    ),
    # containerd 2.1, `Pull`: schema 1 is gone; containerd schema1/converter.go: `no signatures`
    Row(
        Cause.MANIFEST_UNSUPPORTED,
        (
            "manifest.v1+prettyjws", "no longer supported since", "schema 1", "schema1",
            "unsupported schema", "schema v1", "mediatype in manifest should", "^no signatures",
            "unsupported media type", "unsupported mediatype", "unsupported manifest",
            "unsupported mime type", "accept header does not support", "encountered unknown type",
            "missing signature key", "unexpected media type", "unrecognized manifest",
            "unknown manifest class", "encountered remote", "invalid media type",
            "invalid mediatype", "unhandled media type", "manifest type not supported",
            "outdated schema", "unsupported image", "unsupported docker v1",
            "docker image format v1", "manifest version 2, schema",
        ),
    ),
    # containers/image, signature; CRI-O reason SignatureValidationFailed
    Row(
        Cause.SIGNATURE_REJECTED,
        (
            "source image rejected", "signaturevalidationfailed", "signature was required",
            "verifying signatures", "rejected by policy", "trust data",
            "signature verification failed", "signature validation failed",
            "no matching signatures", "no valid signatures", "signatures do not satisf",
            "invalid signature for", "signatures were accepted", "invalid gpg signature", "cosign",
        ),
    ),
    # fetching: what came is not what the manifest promised
    Row(
        Cause.REGISTRY_CONTENT_BROKEN,
        (
            "failed size validation", "unexpected commit size", "short read",
            "wrong content length", "content-length", "unexpected content size",
            "manifest verification failed", "config verification failed",
            "missing required content", "layers from manifest don't match",
            "error parsing manifest", "manifest invalid", "failed to read expected number",
            "does not match…content-digest", "manifest blob unknown", "manifest_blob_unknown",
            "did not match…digest header",
        ),
    ),
)  # fmt: skip

# What the node's store makes of the layers.
STORE = (
    Row(
        Cause.PULL_CANCELED,
        (
            "extract…context canceled", "commit snapshot…context canceled",
            "unpack…context canceled", "register layer…context canceled",
        ),
    ),
    Row(
        Cause.UNPACK_FAILED,
        (
            "failed to extract", "failed to register layer", "failed to unpack", "failed to apply",
            "failed to prepare", "failed to create prepare snapshot", "failed to mount",
            "failed to unmount", "failed to stat", "failed to commit", "failed to rename",
            "failed commit on ref", "failed to convert whiteout", "failed to get stream processor",
            "unpack image on snapshotter", "error unpacking", "snapshotter", "hcsshim",
            "applylayer", "applydiff", "importlayer", "processing tar file", "untar",
            "adding layer", "archive/tar", "gzip: invalid", "zlib: invalid", "tar header",
            "wrong diff id", "does not match config's diffid", "unexpected commit digest",
            "filesystem layer verification", "digest mismatch", "digest did not match",
            "content digest sha256", "mount callback", "layer does not exist", "max depth exceeded",
            "lchown", "read-only file system", "input/output error", "creating overlay mount",
            "insufficient uids", "missing parent", "storage driver", "creating read-write layer",
            "error creating layer", "locked for…unavailable", "locked: unavailable", "locking ref",
            "structure needs cleaning", "overlayfs", "operation not permitted: unknown",
            "file exists: unknown", "no such file or directory: unknown",
            "not a directory: unknown", "permission denied: unknown", "invalid argument: unknown",
            "too many open files", "cannot allocate memory", "duplicates of file paths",
            "mismatched image rootfs", "private key needed for decryption",
            "corrupt input before offset", "invalid checksum", "re-exec error", "reexec",
            "readlink /", "mkdir /", "chmod /", "level 3 not synced", "device or resource busy",
        ),
    ),
    # podman and CRI-O: the copy to the store broke off
    Row(Cause.UNPACK_FAILED, ("writing blob…unexpected eof", "storing blob…unexpected eof")),
)  # fmt: skip
