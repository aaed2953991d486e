"""What must be read before a list of pull secrets is changed. Pure; see `diagnosis.wanted`."""

from __future__ import annotations

from collections.abc import Iterator

from kubectl_pullsecret.diagnosis.attempt import cannot_pull
from kubectl_pullsecret.diagnosis.selection import Owners
from kubectl_pullsecret.diagnosis.wanted import named_secrets, of_spec, owners_above, pods_of
from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.facts.reads import Get, List, Need, Read
from kubectl_pullsecret.facts.snapshot import Snapshot


def wanted_for_list(target: ObjectRef, api_version: str, snapshot: Snapshot) -> Iterator[Read]:
    """The target, who owns it, its pods and account, and what is listed."""
    namespace = target.namespace
    # a Pod or a Job can only be made anew; a custom resource's list is kept as it is written
    whole = target.kind in ("Pod", "Job") or bool(api_version)
    yield Get(target.kind, namespace, target.name, Need.REQUIRED, api_version, whole)
    owners = Owners(snapshot)
    if target.kind == "ServiceAccount":
        # its pods: what they pull, and which of them are stuck
        by_account = f"spec.serviceAccountName={target.name}"
        yield List("Pod", namespace, by_account, need=Need.OPTIONAL)
        for account in snapshot.accounts.values():
            yield from named_secrets(namespace, account.pull_secrets)
    for pod in snapshot.pods:
        if pod.ref == target:
            yield from of_spec(namespace, pod.spec, snapshot)
        if not pod.mirror and (pod.ref == target or cannot_pull(pod)):
            yield from owners_above(namespace, pod.owner, owners, foreign=True)
    if target.kind != "ServiceAccount":
        yield from _around_templates(snapshot, owners)


def _around_templates(snapshot: Snapshot, owners: Owners) -> Iterator[Read]:
    """Who is above each workload, and of the top one its pods, its account and its secrets."""
    for workload in snapshot.workloads.values():
        namespace = workload.ref.namespace
        yield from owners_above(namespace, workload.owner, owners, foreign=True)
        if owners.is_top(workload):
            yield from pods_of(workload, snapshot)
            if workload.template is not None:
                yield from of_spec(namespace, workload.template, snapshot)
        if workload.ref.kind == "Job":
            yield Get("Job", namespace, workload.ref.name, whole=True)
