"""What the containers are allowed, and, where it is asked for, that the image can be built and works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
CONTAINERFILE = (ROOT / "Containerfile").read_text()
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
MOST_BYTES = 1_500_000_000


def instructions() -> list[tuple[str, str]]:
    """Instructions of the Containerfile, each with its words."""
    text = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", CONTAINERFILE, flags=re.M))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line.strip())]


def test_the_image_runs_as_nobody_special() -> None:
    of_last = instructions()[max(i for i, (word, _) in enumerate(instructions()) if word == "FROM") :]
    words = dict(of_last)
    assert words["USER"] == "1000:1000"
    assert words["VOLUME"] == "/data"
    assert "/healthz" in words["HEALTHCHECK"]
    assert json.loads(words["ENTRYPOINT"]) == ["monitor"]
    assert json.loads(words["CMD"])[0] == "serve"


def test_what_is_copied_exists() -> None:
    listed = [line[1:] for line in (ROOT / ".containerignore").read_text().splitlines() if line.startswith("!")]
    assert all((ROOT / name).exists() for name in listed)
    assert {"monitor", "plugins", "pyproject.toml", "constraints.txt"} <= set(listed)


def test_compose_gives_no_container_more_than_it_needs() -> None:
    services = COMPOSE["services"]
    assert set(services) == {"service", "dashboard", "database"}
    for name in ("service", "dashboard"):
        one = services[name]
        assert one["read_only"] is True
        assert (one["user"], one["cap_drop"], one["volumes"]) == ("1000:1000", ["ALL"], ["data:/data"])
        assert "127.0.0.1" in one["healthcheck"]["test"][-1]
        assert one["depends_on"]["database"]["condition"] == "service_healthy"
    assert {volume.partition(":")[0] for one in services.values() for volume in one["volumes"]} == set(
        COMPOSE["volumes"]
    )
    passwords = re.findall(r"\$\{POSTGRES_PASSWORD[^}]*\}", (ROOT / "compose.yaml").read_text())
    assert set(passwords) == {"${POSTGRES_PASSWORD:?give it a password}"}


def test_the_image_is_built_and_answers() -> None:
    """Takes minutes and two gigabytes of packages, so only where MONITOR_BUILD_IMAGE=1 asks for it."""
    if os.environ.get("MONITOR_BUILD_IMAGE") != "1":
        pytest.skip("MONITOR_BUILD_IMAGE=1 builds and runs the image")
    builder = shutil.which("podman") or shutil.which("buildah")
    if builder is None:
        pytest.skip("neither podman nor buildah is installed here")
    base = os.environ.get("MONITOR_BASE_IMAGE") or dict(instructions())["ARG"].partition("=")[2]
    found = subprocess.run([builder, "pull", "--policy", "missing", base], capture_output=True, text=True)
    if found.returncode:
        pytest.skip(f"{base} cannot be fetched: {found.stderr.strip().splitlines()[-1]}")
    tag = "localhost/emotion-monitor-test"
    build = [builder, "build", "--build-arg", f"PYTHON={base}", "--tag", tag, "--file", "Containerfile", "."]
    subprocess.run(build, cwd=ROOT, check=True)
    sizes = [builder, "images", "--format", "{{.Size}}", tag]
    number, unit = subprocess.run(sizes, check=True, capture_output=True, text=True).stdout.split()
    assert float(number) * {"MB": 1e6, "GB": 1e9}[unit] < MOST_BYTES
    if builder.endswith("podman"):
        command = [builder, "run", "--rm", "--read-only", "--tmpfs", "/tmp", "--volume", "/data", tag]
    else:
        container = subprocess.run([builder, "from", tag], check=True, capture_output=True, text=True).stdout.strip()
        command = [builder, "run", "--user", "1000:1000", container, "monitor"]
    listed = subprocess.run([*command, "plugins", "list", "--json"], check=True, capture_output=True, text=True)
    assert "service" in {plugin["name"] for plugin in json.loads(listed.stdout)}
