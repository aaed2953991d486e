"""The kubernetes package over our connection: a second opinion on what we read."""

from __future__ import annotations

from kubernetes.client import CoreV1Api

from kubectl_pullsecret.credentials.masked import Masked
from kubectl_pullsecret.sources.connection import Connection, Impersonation
from kubectl_pullsecret.sources.kube import api_client
from kubectl_pullsecret.sources.transport import Action
from tests.net.authorities import Authority
from tests.net.scripted import Reply, in_turn
from tests.sources.transport.api_replies import page
from tests.sources.transport.conftest import Dial, Serve, certified

PATH = "/api/v1/namespaces/facts/pods"


def test_the_package_reads_the_same_with_the_same_identity(
    serve: Serve, dial: Dial, authority: Authority
) -> None:
    script = in_turn(Reply(page("a", "b").body, compressed=True))
    server = serve(script, authority.server_context(clients=True))
    who = Impersonation(user="dev", groups=("a", "b"))
    connection = Connection(
        server=f"{server.url}/k8s",
        tls=certified(authority),
        token=Masked("t0ken"),
        impersonation=who,
    )
    theirs = api_client(connection)
    theirs.default_headers["Impersonate-User"] = "other"
    pods = CoreV1Api(theirs).list_namespaced_pod("facts").items
    names = [pod.metadata.name for pod in pods if pod.metadata is not None]
    theirs.rest_client.pool_manager.clear()

    client = dial(connection.server, tls=connection.tls, token=connection.token, impersonation=who)
    ours = client.items(PATH, Action("list", "pods", "facts"), reduce=lambda item: item)
    assert names == ["a", "b"]
    assert [item["metadata"] for item in ours] == [{"name": name} for name in names]
    identities = [
        [pair for pair in received.headers if pair[0].startswith(("Imp", "Auth"))]
        for received in server.received
    ]
    assert identities[0] == identities[1]
    assert identities[0].count(("Impersonate-Group", "b")) == 1
