"""The guide's own words work."""

import re

import yaml

from chart.places import ROOT
from chart.rendering import invalid, render

GUIDE = (ROOT / "docs" / "kubernetes.md").read_text()


def test_values_of_the_guide_install() -> None:
    """As they stand there: each manifest is valid, and all hosts have a way in."""
    [values] = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
    manifests = render(values=values)
    assert [problem for manifest in manifests for problem in invalid(manifest)] == []
    assert sum(manifest["kind"] == "Ingress" for manifest in manifests) == len(values["hosts"])


def test_thresholds_of_the_guide_are_the_charts() -> None:
    """The table and the defaults say the same."""
    defaults = yaml.safe_load((ROOT / "deploy" / "helm" / "tillstream" / "values.yaml").read_text())["services"]
    keys = {"webhook-ingest": "webhookIngest", "intent-api": "intentApi", "order-service": "orderService"}
    for service, key in {**keys, "notifier": "notifier"}.items():
        row = re.search(rf"\| {service} \| [^|]+ \| ([\d,]+) \|", GUIDE)
        assert row is not None
        assert int(row[1].replace(",", "")) == defaults[key]["autoscaling"]["threshold"]


def test_secrets_of_the_guide_are_those_that_services_look_for() -> None:
    """Each that the chart takes from the one Secret by default; the database's URL comes from its operator."""
    told = set(re.findall(r"^([A-Z_]+)=", GUIDE, re.MULTILINE))
    [values] = [yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]
    wanted = {
        entry["valueFrom"]["secretKeyRef"]["key"]
        for manifest in render(values=values)
        if manifest["kind"] == "Deployment"
        for entry in manifest["spec"]["template"]["spec"]["containers"][0]["env"]
        if entry.get("valueFrom", {}).get("secretKeyRef", {}).get("name") == "tillstream"
    }
    assert told == wanted
