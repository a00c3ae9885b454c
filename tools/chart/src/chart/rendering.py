"""What Helm makes of the chart, and whether Kubernetes would take it."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import kubernetes_validate
import yaml

from chart.places import CHART, EXAMPLES, ROOT

KUBERNETES: Final = ("1.30", "1.34")
"""The oldest version that the chart is for, and a current one."""
RELEASE: Final = "shop"
RENDER_SECONDS: Final = 60
FOREIGN: Final = "crd"
"""Where scripts/chart-tools puts the definitions of what Kubernetes itself does not know."""


class Unrenderable(Exception):
    """Helm's own words of why."""


def state() -> Path:
    """Where the tools are."""
    return Path(os.environ.get("TILLSTREAM_STATE", ROOT / ".state"))


def helm() -> str | None:
    """The pinned one, else the machine's, if there is any."""
    own = state() / "bin" / "helm"
    return str(own) if own.exists() else shutil.which("helm")


def is_required() -> bool:
    """Whether nothing may be left unchecked, as in continuous integration."""
    return os.environ.get("REQUIRE_HELM") == "1"


def value_files() -> list[Path]:
    """The examples of values that the chart is tried with."""
    return sorted((CHART / "ci").glob("*.yaml"))


def render(*files: Path, chart: Path = CHART, values: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
    """The manifests, with these files of values and these on top. Raises Unrenderable."""
    command = [str(helm()), "template", RELEASE, str(chart), "--kube-version", f"{KUBERNETES[-1]}.0"]
    command += [part for file in files for part in ("--values", str(file))]
    done = _run([*command, "--values", "-"], yaml.safe_dump(dict(values or {})))
    return [manifest for manifest in yaml.safe_load_all(done) if manifest]


def problems() -> list[str]:
    """A line for each thing that is wrong with the chart or the examples."""
    found = [f"{file.name}: {problem}" for file in value_files() for problem in _problems_with(file)]
    return found + [f"{file.name}: {it}" for file in sorted(EXAMPLES.glob("*.yaml")) for it in _invalid_in(file)]


def invalid(manifest: dict[str, Any]) -> Iterator[str]:
    """What Kubernetes would not take of a manifest, in each of the versions that count."""
    what = f"{manifest['kind']} {manifest['metadata']['name']}"
    if schema := definitions().get((manifest["apiVersion"], manifest["kind"])):
        for error in jsonschema.Draft202012Validator(schema).iter_errors(manifest):
            yield f"{what}: {error.json_path}: {error.message}"
    elif is_kubernetes_own(manifest):
        for version in KUBERNETES:
            try:
                kubernetes_validate.validate(manifest, version, strict=True)
            except kubernetes_validate.ValidationError as error:
                yield f"{what}: {error.message} (Kubernetes {version})"


def is_kubernetes_own(manifest: dict[str, Any]) -> bool:
    """Whether it needs no other definitions: `apps/v1`, `networking.k8s.io/v1`, but not `keda.sh/v1alpha1`."""
    group = manifest["apiVersion"].rpartition("/")[0]
    return "." not in group or group in ("networking.k8s.io", "rbac.authorization.k8s.io")


@cache
def definitions() -> dict[tuple[str, str], dict[str, Any]]:
    """The schemas of foreign kinds, by version and kind, strict: a name that is not in them is an error."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for file in sorted((state() / FOREIGN).glob("*.yaml")):
        for crd in yaml.load_all(file.read_text(), Loader=yaml.CSafeLoader):
            if crd and crd.get("kind") == "CustomResourceDefinition":
                for version in crd["spec"]["versions"]:
                    key = f"{crd['spec']['group']}/{version['name']}", crd["spec"]["names"]["kind"]
                    found[key] = _strict(version["schema"]["openAPIV3Schema"])
                    found[key]["properties"]["metadata"] = {"type": "object"}
    return found


def _strict(schema: Any) -> Any:
    """The same, in which an object has the properties that are named and no others."""
    if isinstance(schema, list):
        return [_strict(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    strict = {name: _strict(part) for name, part in schema.items()}
    if isinstance(strict.get("properties"), dict) and strict.get("type") == "object":
        open_ended = schema.get("x-kubernetes-preserve-unknown-fields")
        strict.setdefault("additionalProperties", bool(open_ended))
    if schema.get("x-kubernetes-int-or-string"):
        strict.pop("type", None)
    return strict


def _problems_with(values: Path) -> Iterator[str]:
    try:
        _run([str(helm()), "lint", "--strict", str(CHART), "--values", str(values)])
        for manifest in render(values):
            yield from invalid(manifest)
    except Unrenderable as error:
        yield str(error)


def _invalid_in(file: Path) -> Iterator[str]:
    for manifest in yaml.safe_load_all(file.read_text()):
        if manifest:
            yield from invalid(manifest)


def _run(command: list[str], typed: str = "") -> str:
    done = subprocess.run(command, input=typed, capture_output=True, text=True, timeout=RENDER_SECONDS, check=False)  # noqa: S603
    if done.returncode:
        raise Unrenderable((done.stderr + done.stdout).strip())
    return done.stdout
