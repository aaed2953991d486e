import pytest, sys, subprocess, re, collections, time
from tests.api.test_parallel_attach import at_once, NEW, secrets
from tests.api.objects import workload
from tests.api.attaching import list_of
@pytest.mark.usefixtures("secrets")
@pytest.mark.parametrize("n", [10, 30])
@pytest.mark.parametrize("target", ["deploy/web", "sa/default"])
def test_probe(api, namespace, kubeconfig, target, n):
    import tests.api.test_parallel_attach as t
    t.AT_ONCE = n
    if target.startswith("deploy"): api.create(workload("Deployment", "web", "before-1"), namespace)
    s=time.time()
    program = (sys.executable, "-m", "kubectl_pullsecret", "attach", target)
    ran = at_once([(*program, name, "-v","6","--kubeconfig", str(kubeconfig)) for name in NEW])
    print("\n", target, n, "took", time.time()-s, "failed", sum(r.returncode!=0 for r in ran))
    patches=[len(re.findall(r"PATCH ", r.stderr)) for r in ran]
    print(sorted(patches), "requests", sorted(len(re.findall(r"(GET|PATCH) ", r.stderr)) for r in ran)[-3:])
    worst=max(ran,key=lambda r:len(re.findall("PATCH ",r.stderr)))
    print(re.sub(r"https://.*?/namespaces/[^/]*", "", worst.stderr))
