"""``sightline devices`` and ``--serial``, as the command line gives them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.android_rig.rig import Rig, missing, until

TASK = """\
environment: {kind: android, launch: org.rig.counter}
steps: [note: hello]
checks:
  - location: org.rig.counter
  - {element: line, equals: line}
  - {shell: wm size, equals: "Physical size: 1080x2400"}
  - {phone_file: /sdcard/note.txt, contains: milk}
"""


def sightline(rig: Rig, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {key: value for key, value in os.environ.items() if not key.startswith("ANDROID")}
    return subprocess.run(
        [sys.executable, "-c", "from sightline.agent.cli import main; main()", *words],
        env={**known, "ANDROID_ADB_SERVER_PORT": str(rig.server_port), **environment},
        capture_output=True,
        text=True,
    )


def test_a_phone_that_can_be_used_is_listed(rig: Rig) -> None:
    told = sightline(rig, "devices")
    assert (told.returncode, told.stdout) == (0, f"{rig.serial}\tdevice\tHostPhone\n")
    (listed,) = json.loads(sightline(rig, "devices", "--json").stdout)
    assert listed == {"serial": rig.serial, "state": "device", "model": "HostPhone", "usable": True, "advice": ""}


def test_a_phone_that_cannot_be_used_is_listed_with_what_to_do() -> None:
    if lacking := missing():
        pytest.skip(lacking)
    with Rig(secure=True) as rig:
        rig.adb("connect", rig.serial)
        until(lambda: "unauthorized" in rig.adb("devices"), "the phone to ask")
        told = sightline(rig, "devices")
        assert told.returncode == 3
        assert "allow USB debugging" in told.stdout
        rig.adb("disconnect", rig.serial)
        told = sightline(rig, "devices")
        assert (told.returncode, told.stdout[:9]) == (3, "no phone:")


def test_a_task_runs_on_the_phone_that_is_named(rig: Rig, tmp_path: Path) -> None:
    (rig.root / "sdcard" / "note.txt").write_text("milk and eggs\n")
    task = tmp_path / "task.yaml"
    task.write_text(TASK)
    ran = sightline(rig, "run", str(task), "--serial", rig.serial, "--out", str(tmp_path / "one"))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    ran = sightline(rig, "run", str(task), "--out", str(tmp_path / "two"), ANDROID_SERIAL=rig.serial)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    replayed = sightline(rig, "replay", str(tmp_path / "two"))
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    ran = sightline(rig, "run", str(task), "--serial", "nowhere", "--out", str(tmp_path / "three"))
    assert (ran.returncode, ran.stderr.count("\n")) == (3, 1)
    assert "no phone 'nowhere' is connected" in ran.stderr


def test_a_port_that_is_no_number_is_said(rig: Rig) -> None:
    told = sightline(rig, "devices", ANDROID_ADB_SERVER_PORT="x")
    assert (told.returncode, told.stderr) == (
        2, "sightline: ANDROID_ADB_SERVER_PORT is 'x': expected a port number, such as 5037\n",
    )  # fmt: skip
