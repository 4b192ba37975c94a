"""Desktop examples, run by the embedded text grounder through the command line and decided again from the record."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from sightline.environments.calibration import measure
from sightline.environments.desktop.calibration import desktop_targets
from sightline.tasks.episode import read_episode
from tests.running import descendants, sightline, start_sightline

EXAMPLES = Path(__file__).parents[1] / "examples" / "desktop"


@pytest.mark.parametrize("name", ["editor", "calculator", "files"])
def test_an_example_passes_and_is_decided_again_the_same(name: str, tmp_path: Path) -> None:
    out = tmp_path / "episode"
    ran = sightline("run", EXAMPLES / f"{name}.yaml", "--display", "new", "--out", out)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    again = sightline("replay", out, env={"DISPLAY": "", "PATH": ""})
    assert (again.returncode, "the same" in again.stdout) == (0, True), again.stdout + again.stderr


def test_an_application_drawn_twice_as_large_is_operated_alike(tmp_path: Path) -> None:
    ran = sightline(
        "run", EXAMPLES / "calculator.yaml", "--display", "new", "--environment", "{size: [1600, 1200]}",
        "--out", tmp_path / "episode", env={"GDK_SCALE": "2"},
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_every_click_arrives_on_the_pixel_that_was_meant() -> None:
    assert {target.name: measure(target).error for target in desktop_targets()} == dict.fromkeys(
        (
            "desktop, both monitors", "desktop, left monitor", "desktop, right monitor",
            "desktop, right monitor, scale 1.25", "desktop, right monitor, scale 1.5",
            "desktop, right monitor, scale 2", "desktop, region", "desktop, xtest",
        ),
        0,
    )  # fmt: skip


def test_a_killed_application_ends_the_run_with_one_line_and_a_readable_episode(tmp_path: Path) -> None:
    running, out = waiting_run(tmp_path)
    os.kill(process_named(running.pid, "galculator"), signal.SIGKILL)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 3
    assert errors == "sightline: 'galculator' was killed by SIGKILL; start the run again\n"
    end = read_episode(out).end
    assert end is not None
    assert (end.status, end.reason) == ("error", "'galculator' was killed by SIGKILL; start the run again")


def test_a_closed_display_ends_the_run_with_one_line_and_a_readable_episode(tmp_path: Path) -> None:
    running, out = waiting_run(tmp_path)
    os.kill(process_named(running.pid, "Xvfb"), signal.SIGKILL)
    _, errors = running.communicate(timeout=60)
    assert running.returncode == 3
    assert errors.count("\n") == 1
    assert "was closed while it was in use" in errors
    end = read_episode(out).end
    assert end is not None
    assert end.status == "error"


def test_a_screen_ends_with_the_run_that_was_killed(tmp_path: Path) -> None:
    running, _ = waiting_run(tmp_path)
    started = list(descendants(running.pid))
    running.kill()
    running.communicate(timeout=60)
    wait_until_ended(started)


@pytest.mark.parametrize("how", ["corner", "ctrl-c", "sigterm"])
def test_a_person_stops_the_run(tmp_path: Path, how: str) -> None:
    running, out = waiting_run(tmp_path)
    started = list(descendants(running.pid))
    assert {"Xvfb", "openbox", "galculator"} <= {named(pid) for pid in started}
    if how == "corner":
        words = Path(f"/proc/{process_named(running.pid, 'galculator')}/environ").read_text().split("\0")
        environ = dict(word.split("=", 1) for word in words if word)
        subprocess.run(["xdotool", "mousemove", "0", "0"], env=environ, check=True)
    elif how == "ctrl-c":
        os.killpg(running.pid, signal.SIGINT)
    else:
        running.terminate()
    said, errors = running.communicate(timeout=60)
    assert (running.returncode, errors) == (143 if how == "sigterm" else 130, "")
    end = read_episode(out).end
    assert end is not None
    assert end.status == "interrupted"
    assert end.reason == {
        "corner": "the mouse was moved into a corner of the screen", "ctrl-c": "interrupted",
        "sigterm": "ended by SIGTERM",
    }[how]  # fmt: skip
    assert [line for line in said.splitlines() if line.endswith(end.reason)], said
    wait_until_ended(started)


def waiting_run(folder: Path) -> tuple[subprocess.Popen[str], Path]:
    """A run that has begun to wait for something that never comes."""
    task, out = folder / "task.yaml", folder / "episode"
    task.write_text(
        "environment: {kind: desktop, launch: [galculator]}\nlimits: {find: 300}\nsteps:\n"
        "  - wait_for: {title: never}\n",
        encoding="utf-8",
    )
    running = start_sightline("run", task, "--display", "new", "--out", out)
    deadline = time.monotonic() + 60
    while not (out / "episode.jsonl").exists() or '"event":"step"' not in (out / "episode.jsonl").read_text():
        assert time.monotonic() < deadline
        assert running.poll() is None, running.communicate()
        time.sleep(0.05)
    return running, out


def wait_until_ended(processes: list[int]) -> None:
    deadline = time.monotonic() + 10
    while running := [pid for pid in processes if alive(pid)]:
        assert time.monotonic() < deadline, [named(pid) for pid in running]
        time.sleep(0.05)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def named(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def process_named(parent: int, name: str) -> int:
    return next(pid for pid in descendants(parent) if named(pid) == name)
