"""The files in deployments/ say what the code takes. Nothing is started: neither Docker nor Kubernetes is here."""

import re
import tomllib
from pathlib import Path

import yaml

from config.settings import load_settings, unknown_variables

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "deployments/compose.yaml").read_text())["services"]["statesheet"]
KUBERNETES = yaml.safe_load((ROOT / "deployments/kubernetes.yaml").read_text())["spec"]["template"]["spec"]
DOCKERFILE = (ROOT / "deployments/Dockerfile").read_text()


def test_the_image_has_every_room():
    rooms = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["packages"]
    copied = re.findall(r"^COPY (\w+) (\w+)$", DOCKERFILE, re.MULTILINE)
    assert sorted(copied) == sorted((name, name) for name in [*rooms, "deployments"])


def test_the_settings_that_they_name_are_settings_and_right(tmp_path):
    named = COMPOSE["environment"] | dict(re.findall(r"^ENV (\w+)=(\S+)$", DOCKERFILE, re.MULTILINE))
    assert unknown_variables(named) == {}
    address = named["STATESHEET_DATABASE_URL"].replace("${STATESHEET_DATABASE_PASSWORD}", "5esame")
    settings = load_settings(home=tmp_path, database_url=address)
    assert settings.jobs_url == settings.objects_url == address


def test_the_home_outlives_the_container():
    home = re.search(r"^ENV STATESHEET_HOME=(\S+)$", DOCKERFILE, re.MULTILINE)[1]
    assert COMPOSE["volumes"] == [f"home:{home}"]
    assert [mount["mountPath"] for mount in KUBERNETES["containers"][0]["volumeMounts"]] == [home]


def test_a_stack_has_the_time_to_end_in_order():
    """Each of its three parts has 10 seconds, one after the other."""
    assert COMPOSE["stop_grace_period"] == f"{KUBERNETES['terminationGracePeriodSeconds']}s" == "40s"
