"""What a new pod would get in the place of one that runs."""

from __future__ import annotations

from kubectl_pullsecret.facts.objects import ObjectRef
from kubectl_pullsecret.report import Attach, Confidence, Reason, Restart
from tests.diagnosis.cluster import (
    NAMESPACE,
)
from tests.diagnosis.healthy import (
    BEFORE,
    BROKEN,
    GOOD,
    LATER,
    OTHER,
    WEB,
    account,
    one,
    owned,
    warned,
)


class TestANewPodGetsAnotherList:
    """The account's or the template's of today, not that of the pod that runs."""

    def test_because_the_secret_was_taken_away_from_the_account(self) -> None:
        cluster = owned(account().secret("pull", GOOD), "pull")
        found = one(cluster)
        assert (found.reason, found.subject) == (Reason.NO_CREDENTIAL, WEB)
        assert "runs, but a new pod may not pull" in found.message
        (fix,) = found.fixes
        assert isinstance(fix, Attach)
        assert fix.target == ObjectRef("ServiceAccount", NAMESPACE, "default")
        assert fix.secrets == ("pull",)

    def test_because_the_account_lists_another_secret_since(self) -> None:
        cluster = account("mine", changed=LATER).secret("mine", OTHER).secret("pull", GOOD)
        assert warned(owned(cluster, "pull")) == [(Reason.NO_MATCHING_CREDENTIAL, Confidence.OPEN)]

    def test_because_the_account_lists_a_secret_that_is_not_there(self) -> None:
        cluster = account("gone", changed=LATER).secret("pull", GOOD)
        found = one(owned(cluster, "pull"))
        assert found.reason is Reason.SECRET_NOT_FOUND
        assert [type(fix) for fix in found.fixes] == [Attach]

    def test_but_not_where_the_account_s_list_is_older_than_the_pod(self) -> None:
        """A webhook gave the pod its list, and will again."""
        cluster = account("mine", changed=BEFORE).secret("mine", OTHER).secret("pull", GOOD)
        assert warned(owned(cluster, "pull")) == []

    def test_because_the_template_lists_something_else(self) -> None:
        cluster = account().secret("mine", OTHER).secret("pull", GOOD)
        found = one(owned(cluster, "pull", lists=("mine",)))
        assert (found.reason, found.subject) == (Reason.NO_MATCHING_CREDENTIAL, WEB)
        (fix,) = found.fixes
        assert isinstance(fix, Attach)
        assert (fix.target, fix.secrets) == (WEB, ("pull",))

    def test_but_not_where_a_webhook_added_to_the_template_s(self) -> None:
        cluster = account().secret("mine", OTHER).secret("pull", GOOD)
        assert warned(owned(cluster, "mine", "pull", lists=("mine",))) == []

    def test_and_a_malformed_secret_stops_it_also_where_this_one_lists_none(self) -> None:
        cluster = account("pull", changed=LATER).secret("pull", BROKEN)
        found = one(owned(cluster))
        assert found.reason is Reason.SECRET_MALFORMED
        assert "runs, but a new pod cannot start" in found.message
        assert found.then == ""

    def test_and_what_is_missing_is_no_matter_where_this_one_runs_without(self) -> None:
        assert warned(owned(account("gone", changed=LATER))) == []

    def test_which_serves_and_this_one_needs_none_before_it_is_made_anew(self) -> None:
        cluster = account("pull", changed=LATER).secret("pull", GOOD)
        assert warned(owned(cluster, "gone", policy="IfNotPresent")) == []

    def test_which_serves_but_this_one_pulls_whenever_a_container_starts(self) -> None:
        cluster = account("pull", changed=LATER).secret("pull", GOOD)
        found = one(owned(cluster, "gone", policy="Always"))
        assert found.reason is Reason.SECRET_NOT_FOUND
        assert found.fixes == (Restart(WEB),)
