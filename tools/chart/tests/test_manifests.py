"""What Kubernetes is told to run is valid, keeps to itself, and is given the time that it needs."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from chart.generated import outdated
from chart.places import CHART, EXAMPLES, ROOT
from chart.processes import PROCESSES
from chart.rendering import Unrenderable, invalid, problems, render, value_files
from tillstream_contracts import ORDERS_PLACED, PAYMENTS_ATTACHED, STRIPE_EVENTS, TOPICS
from tillstream_operations.serving import LONGEST_END

LEAST = CHART / "ci" / "least.yaml"
KEDA = CHART / "ci" / "gateway-keda.yaml"
INGRESS = CHART / "ci" / "ingress-hpa.yaml"
OURS = "app.kubernetes.io/name"


def test_generated_files_are_as_the_code_says() -> None:
    """The settings' names and bounds, and the topics."""
    assert outdated() == []


def test_chart_is_valid_with_every_example_of_values() -> None:
    """Lint, rendering, Kubernetes' own schemas, and those of KEDA, the Gateway API and CloudNativePG."""
    assert problems() == []


@pytest.mark.parametrize(
    "kind", ["Deployment", "NetworkPolicy", "HorizontalPodAutoscaler", "ScaledObject", "HTTPRoute"]
)
def test_misspelt_field_of_a_manifest_is_noticed(kind: str) -> None:
    """Kinds of Kubernetes and of others alike."""
    manifest = next(one for file in (KEDA, INGRESS) for one in render(file) if one["kind"] == kind)
    assert list(invalid(manifest)) == []
    manifest["spec"]["misspelt"] = 1
    assert list(invalid(manifest)) != []


@pytest.mark.parametrize("file", value_files(), ids=lambda file: file.stem)
def test_no_pod_can_do_more_than_it_must(file: Path) -> None:
    """Not root, nothing to write to but /tmp, no capabilities, no token, bounded memory."""
    for pod in _pods(render(file)):
        [container] = pod["containers"]
        security = container["securityContext"]
        assert pod["automountServiceAccountToken"] is False
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert security["capabilities"] == {"drop": ["ALL"]}
        assert security["readOnlyRootFilesystem"] is True
        assert security["allowPrivilegeEscalation"] is False
        assert [mount["mountPath"] for mount in container["volumeMounts"] if not mount.get("readOnly")] == ["/tmp"]  # noqa: S108
        assert container["resources"]["limits"]["memory"]


def test_pod_has_the_time_that_its_process_needs_to_end() -> None:
    """First it serves on until proxies look elsewhere, then come its own notice and drain, below 20 s as they are."""
    for deployment in _of_kind(render(LEAST), "Deployment"):
        pod = deployment["spec"]["template"]["spec"]
        unrouted = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["terminationGracePeriodSeconds"] > unrouted + LONGEST_END


def test_longer_drain_gets_more_time() -> None:
    """Given in seconds it is added; given as a text, somebody has to say."""
    usual, longer = (
        _named(render(LEAST, values={"settings": {"drainTimeout": seconds}}), "Deployment", "webhook-ingest")
        for seconds in (14, 60)
    )
    grace = "terminationGracePeriodSeconds"
    assert longer["spec"]["template"]["spec"][grace] - usual["spec"]["template"]["spec"][grace] == 46
    with pytest.raises(Unrenderable, match="secondsToEnd"):
        render(LEAST, values={"settings": {"drainTimeout": "PT60S"}})


def test_flows_are_those_that_are_named_and_no_others() -> None:
    """Who may reach PostgreSQL, Stripe and order-service; everything else is denied by the policy over all pods."""
    policies = _of_kind(render(INGRESS), "NetworkPolicy")
    [deny] = [policy for policy in policies if not {"ingress", "egress"} & policy["spec"].keys()]
    assert deny["spec"]["policyTypes"] == ["Ingress", "Egress"]
    assert OURS not in deny["spec"]["podSelector"]["matchLabels"]
    assert _who_reaches(policies, 5432) == {"migrate", "order-service", "order-service-reconciler"}
    assert _who_reaches(policies, 443) == {"intent-api", "order-service-resolver", "order-service-reconciler"}
    assert _who_reaches(policies, "http") == {"intent-api", "notifier"}
    assert _who_reaches(policies, 9092) == {process.name for process in PROCESSES.values()} | {"create-topics"}


def test_nobody_but_prometheus_reaches_what_has_no_host() -> None:
    """The proxies' rule comes with the host."""
    selectors = [rule["from"] for rule in _named(render(LEAST), "NetworkPolicy", "to-notifier")["spec"]["ingress"]]
    assert selectors == [[{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}]]


def test_probes_and_metrics_are_not_for_the_world() -> None:
    """The routes of an Ingress are those of the API."""
    paths = [
        path["path"]
        for one in _of_kind(render(INGRESS), "Ingress")
        for path in one["spec"]["rules"][0]["http"]["paths"]
    ]
    assert paths
    assert not [path for path in paths if "/metrics".startswith(path) or "/readyz".startswith(path)]


def test_two_services_with_the_same_paths_need_two_hosts() -> None:
    """Else one of them would get the other's requests."""
    with pytest.raises(Unrenderable, match="each needs its own"):
        render(INGRESS, values={"hosts": {"orderService": "pay.shop.example"}})


def test_behind_a_proxy_one_is_trusted_and_the_stream_is_where_its_host_is() -> None:
    """Else all buyers would count as one address, and browsers would be told to come to localhost."""
    intents = _environment(_named(render(INGRESS), "Deployment", "-intent-api"))
    assert intents["INTENT_API_TRUSTED_PROXIES"] == "1"
    assert intents["INTENT_API_STREAM_URL"] == "wss://stream.shop.example/v1/stream"
    assert intents["INTENT_API_ORDER_SERVICE_URL"] == "http://shop-tillstream-order-service:8003"
    assert "INTENT_API_TRUSTED_PROXIES" not in _environment(_named(render(LEAST), "Deployment", "-intent-api"))


def test_order_service_grows_with_the_lag_of_each_topic_that_it_reads() -> None:
    """Each topic by itself, as KEDA would otherwise take the partitions of all of them for work to share."""
    scaled = _named(render(KEDA), "ScaledObject", "order-service")
    told = {trigger["metadata"]["topic"] for trigger in scaled["spec"]["triggers"]}
    assert told == {topic.under("shop.") for topic in (STRIPE_EVENTS, ORDERS_PLACED, PAYMENTS_ATTACHED)}
    assert {trigger["metadata"]["consumerGroup"] for trigger in scaled["spec"]["triggers"]} == {"shop-orders"}
    assert scaled["spec"]["maxReplicaCount"] == STRIPE_EVENTS.partitions


def test_more_instances_than_partitions_are_refused() -> None:
    """They would stand idle."""
    many = {"services": {"orderService": {"autoscaling": {"max": STRIPE_EVENTS.partitions + 1}}}}
    with pytest.raises(Unrenderable, match="stands idle"):
        render(KEDA, values=many)
    render(KEDA, values={**many, "topics": {"partitions": 24}})


def test_metrics_that_scale_exist() -> None:
    """By their names in the services' code."""
    code = "".join(file.read_text() for file in ROOT.glob("services/*/src/**/metrics.py"))
    queries = [
        trigger["metadata"]["query"]
        for scaled in _of_kind(render(KEDA), "ScaledObject")
        for trigger in scaled["spec"]["triggers"]
        if trigger["type"] == "prometheus"
    ]
    metrics = [re.search(r"\((\w+)\{", query) for query in queries]
    assert len(metrics) == 3
    assert not [found for found in metrics if found is None or f'"{found[1].removesuffix("_total")}"' not in code]


def test_scaled_deployment_leaves_its_replicas_to_the_scaler() -> None:
    """An upgrade would otherwise set back what it had grown to."""
    assert "replicas" not in _named(render(KEDA), "Deployment", "-notifier")["spec"]
    assert _named(render(KEDA), "Deployment", "-reconciler")["spec"]["replicas"] == 2


def test_strimzis_topics_are_the_contracts() -> None:
    """Three replicas, of which two have each event."""
    topics = {
        one["metadata"]["name"]: one["spec"] for one in yaml.safe_load_all((EXAMPLES / "kafka-topics.yaml").read_text())
    }
    assert topics.keys() == {topic.name for topic in TOPICS}
    assert {(spec["replicas"], spec["config"]["min.insync.replicas"]) for spec in topics.values()} == {(3, 2)}


def _of_kind(manifests: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [manifest for manifest in manifests if manifest["kind"] == kind]


def _named(manifests: list[dict[str, Any]], kind: str, end: str) -> dict[str, Any]:
    return next(one for one in _of_kind(manifests, kind) if one["metadata"]["name"].endswith(end))


def _pods(manifests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kinds = ("Deployment", "Job")
    return [manifest["spec"]["template"]["spec"] for kind in kinds for manifest in _of_kind(manifests, kind)]


def _environment(deployment: dict[str, Any]) -> dict[str, Any]:
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    return {entry["name"]: entry.get("value") for entry in container["env"]}


def _who_reaches(policies: list[dict[str, Any]], port: int | str) -> set[str]:
    return {
        policy["spec"]["podSelector"]["matchLabels"][OURS]
        for policy in policies
        for rule in policy["spec"].get("egress", ())
        if any(told["port"] == port for told in rule["ports"])
    }
