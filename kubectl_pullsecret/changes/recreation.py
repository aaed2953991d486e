"""A pod without owner, deleted and created again with another list of pull secrets.

The new pod is tried first, under another name and as a dry run: what is refused then has deleted
nothing. From the deletion on the pod is either there again or its manifest is handed to the user.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic, sleep

from kubectl_pullsecret.changes.holding import HeldSignals
from kubectl_pullsecret.changes.new_pod import LostPodError, is_made_of, renewed
from kubectl_pullsecret.changes.plan import PodRecreation
from kubectl_pullsecret.changes.quota import fits_once_gone
from kubectl_pullsecret.errors import PullSecretError
from kubectl_pullsecret.facts.kinds import display, kind_info
from kubectl_pullsecret.facts.shapes import Json, WrongShapeError, mapping, text
from kubectl_pullsecret.sources.transport import Action, ApiError, Client

Query = Sequence[tuple[str, str]]

_BEYOND_GRACE = 30.0  # seconds; what a kubelet needs after the pod's own time to end
_POLL = (0.05, 0.1, 0.2, 0.5, 1.0)  # seconds between looks, the last one again and again
_RETRIES = (0.5, 1.0, 2.0, 4.0, 8.0)  # seconds before a creation is tried again
_INSISTENT = 2  # signals that end the wait for a node
_WAITS = "to create it again; a second Ctrl-C gives that up, and its manifest is printed"
_AGAIN = "it is printed: create it with kubectl create -f -"


def recreate(step: PodRecreation, client: Client, query: Query, signals: HeldSignals) -> None:
    """Try the new pod under another name, delete the old one, create the new one.

    `query` goes with each write; with dryRun=All the old pod is only asked for. From the deletion
    on, signals wait, and `signals.begun` says that the change has begun.

    Raises:
        ApiError: the pod could not be deleted; code 409: it is no longer the one that was read.
        LostPodError: it is gone, or may be, and could not be created again.
        PullSecretError: the new pod is refused; the old one is there still, or again.
    """
    pod = _Pod(step, client, query)
    signals.begun = False
    try:
        pod.try_out()
        if pod.dry:
            pod.delete()
            return
    except WrongShapeError as error:
        raise PullSecretError(f"{display(step.target)} cannot be read: {error}") from None
    signals.hold()
    signals.begun = True
    try:
        pod.replace(signals)
    except WrongShapeError as error:
        raise pod.unreadable(error) from None


class _Pod:
    """The pod, and the requests that its recreation is."""

    def __init__(self, step: PodRecreation, client: Client, query: Query) -> None:
        self._step, self._client, self._query = step, client, query
        self._name = display(step.target)
        self._others: set[str] = set()  # uids of pods with its name that are not ours
        self.dry = ("dryRun", "All") in query
        info = kind_info("Pod")
        assert info is not None
        self._all = info.path(step.target.namespace)
        self._path = info.path(step.target.namespace, step.target.name)

    def try_out(self) -> None:
        """Ask for the new pod under another name, as a dry run.

        A quota that the old pod fills is none against the new one.
        """
        trial = renewed(self._step.manifest, self._step.after, f"{self._step.target.name}-")
        rest = [pair for pair in self._query if pair[0] != "dryRun"]
        try:
            self._client.post(
                self._all, trial, self._action("create"), query=[("dryRun", "All"), *rest]
            )
        except ApiError as error:
            if error.forbidden and fits_once_gone(error.message):
                return
            what = "the new pod is refused" if error.code else "the new pod could not be tried"
            raise PullSecretError(
                f"{self._name} was left as it is; {what}: {error.message}", remedy=error.remedy
            ) from None

    def replace(self, signals: HeldSignals) -> None:
        """Delete the pod, and create the new one once its name is free."""
        try:
            self.delete()
        except ApiError as error:
            if not error.doubtful or not self._going(error):
                raise
        self._wait_until_gone(signals)
        self._create_or_restore()

    def delete(self) -> None:
        """Delete the pod that was read, and no other."""
        version = self._step.resource_version
        options: Json = {"preconditions": {"uid": self._step.uid, "resourceVersion": version}}
        if self.dry:  # in the body: where there is one, the server does not look at the query
            options["dryRun"] = ["All"]
        self._client.delete(self._path, options, self._action("delete"))

    def _going(self, why: ApiError) -> bool:
        """Whether the pod is gone or about to go, after a deletion that nobody answered."""
        try:
            found = self._look()
        except ApiError:
            message = f"{self._name} may have been deleted, and cannot be looked at: {why.message}"
            raise self._lost(message, f"is it gone? {_AGAIN}") from None
        return found is None or bool(mapping(found, "metadata", "").get("deletionTimestamp"))

    def _wait_until_gone(self, signals: HeldSignals) -> None:
        """Return once the name is free; a node has to confirm the end of a pod that it has."""
        patience = self._grace + _BEYOND_GRACE
        end, looked, told = monotonic() + patience, 0, False
        blind: ApiError | None = None  # why the last look failed, if it did
        while monotonic() < end:
            try:
                if self._look() is None:
                    return
                blind = None
            except ApiError as error:
                blind = error
                if error.code in (401, 403):
                    break
            if signals.count >= _INSISTENT:
                raise self._not_gone("and the wait for it was interrupted", blind)
            if signals.count and not told:
                told = True
                signals.tell(f"waiting for the end of {self._name}, {_WAITS}")
            sleep(_POLL[min(looked, len(_POLL) - 1)])
            looked += 1
        raise self._not_gone(f"not confirmed within {patience:.0f} s: {self._who}", blind)

    def _not_gone(self, why: str, blind: ApiError | None) -> LostPodError:
        """The old pod may be there still; who cannot look at it does not know whose fault it is."""
        if blind is not None:
            why = f"and cannot be looked at: {blind.message}"
        return self._lost(
            f"{self._name} is being deleted, {why}; the new pod is not created",
            f"once the old one is gone: {_AGAIN}",
        )

    @property
    def _grace(self) -> int:
        spec = mapping(self._step.manifest, "spec", "")
        seconds = spec.get("terminationGracePeriodSeconds")
        return seconds if isinstance(seconds, int) and seconds >= 0 else 30

    @property
    def _who(self) -> str:
        """Who has not done his part."""
        node = text(mapping(self._step.manifest, "spec", ""), "nodeName", "spec")
        held = mapping(self._step.manifest, "metadata", "").get("finalizers")
        whose = f"node {node} has not ended it" if node else "the server has not ended it"
        return whose + (", or its finalizers hold it" if held else "")

    def _look(self) -> Json | None:
        """The pod as it is there now; None where it is gone, or another has its name."""
        try:
            found = self._client.get(self._path, self._action("get"))
        except ApiError as error:
            if error.not_found:
                return None
            raise
        uid = _uid(found)
        if uid == self._step.uid:
            return found
        self._others.add(uid)  # nothing was created yet
        return None

    def _create_or_restore(self) -> None:
        """Create the new pod; where that is refused, the old one again."""
        try:
            self._create(self._step.after)
        except ApiError as refused:
            self._restore(refused)
            raise PullSecretError(
                f"{self._name} was deleted, the new one refused, and the old one created again: "
                f"{refused.message}",
                remedy=refused.remedy,
            ) from None

    def _restore(self, refused: ApiError) -> None:
        try:
            self._create(self._step.before)
        except ApiError as error:
            if error.reason == "AlreadyExists":
                message = f"{self._name} was deleted, and somebody else has created another since"
                remedy = "yours is printed: give it another name, or replace theirs"
                raise self._lost(message, remedy) from None
            message = f"{self._name} is deleted, and could not be created again: {refused.message}"
            if error.message != refused.message:
                message += f"; nor as it was: {error.message}"
            raise self._lost(message, _AGAIN) from None

    def _create(self, names: tuple[str, ...]) -> None:
        """Create the pod; again where that may help, for a quarter of a minute.

        The client, too, sends a request again: where a pod of the name exists already, it may be
        ours.

        Raises:
            ApiError: it is refused for its own sake, or still.
            LostPodError: nobody can say whether the pod that is there is ours.
        """
        body = renewed(self._step.manifest, names)
        for pause in (*_RETRIES, None):
            error = self._post(body)
            if error is None:
                return
            if error.reason == "AlreadyExists" and self._is_there(body):
                return
            if pause is None or not _may_pass(error):
                raise error
            sleep(pause)

    def _post(self, body: Json) -> ApiError | None:
        try:
            self._client.post(self._all, body, self._action("create"), query=self._query)
        except ApiError as error:
            return error
        return None

    def _is_there(self, body: Json) -> bool:
        """Whether the pod that is there is what we have created of `body`."""
        try:
            found = self._client.get(self._path, self._action("get"))
        except ApiError as error:
            if error.not_found:
                return False
            message = f"{self._name} was deleted, and a pod of its name cannot be looked at"
            remedy = f"is it the new one? if not, {_AGAIN}"
            raise self._lost(f"{message}: {error.message}", remedy) from None
        if _uid(found) in (self._step.uid, *self._others):
            return False
        return is_made_of(found, body, dict(self._query).get("fieldManager", ""))

    def unreadable(self, error: WrongShapeError) -> LostPodError:
        """What is told when the server answers with something that is no pod."""
        message = f"{self._name} may have been deleted, and cannot be read any more: {error}"
        return self._lost(message, f"is it gone? {_AGAIN}")

    def _lost(self, message: str, remedy: str) -> LostPodError:
        manifest = renewed(self._step.manifest, self._step.after)
        return LostPodError(message, remedy=remedy, manifest=manifest)

    def _action(self, verb: str) -> Action:
        target = self._step.target
        return Action(verb, "pods", target.namespace, target.name)


def _may_pass(error: ApiError) -> bool:
    """Whether the refusal says nothing about the pod, or comes of a quota that counts the old one.

    Its controller counts a while after the deletion.
    """
    unsaid = error.code in (0, 429) or error.code >= 500
    return unsaid or (error.forbidden and fits_once_gone(error.message))


def _uid(pod: Json) -> str:
    return text(mapping(pod, "metadata", ""), "uid", "metadata")
