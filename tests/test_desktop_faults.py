"""What breaks around a desktop run: one line, an exit code, a readable episode, and nothing left running."""

import os
import shutil
import signal
import subprocess
import time
from importlib.metadata import distribution
from pathlib import Path

import pytest

from sightline.tasks.episode import read_episode
from tests.running import descendants, on_small_disk, sightline, start_sightline

CALCULATOR = Path(__file__).parents[1] / "examples" / "desktop" / "calculator.yaml"


def one_line(task: Path | str, out: Path, **env: str) -> str:
    """The one line on stderr of a run whose screen cannot be had."""
    ran = sightline("run", task, "--out", out, env=env)
    assert (ran.returncode, ran.stderr.count("\n")) == (3, 1), ran.stdout + ran.stderr
    return ran.stderr


def test_wayland_is_said_plainly(tmp_path: Path) -> None:
    said = one_line(CALCULATOR, tmp_path / "run", WAYLAND_DISPLAY="wayland-0", DISPLAY=":77")
    assert "this is a Wayland session" in said
    assert "--display new" in said


@pytest.mark.parametrize(("missing", "package"), [("Xvfb", "xvfb"), ("openbox", "openbox")])
def test_a_missing_program_says_what_to_install(tmp_path: Path, missing: str, package: str) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    for name in {"Xvfb", "openbox"} - {missing}:
        (programs / name).symlink_to(shutil.which(name) or "")
    said = one_line(CALCULATOR, tmp_path / "run", PATH=str(programs), DISPLAY="", WAYLAND_DISPLAY="")
    assert f"a virtual screen needs {missing}, which is not installed; apt-get install {package}" in said


@pytest.mark.parametrize("harm", ["another's", "missing"])
def test_an_xlib_of_another_package_is_named(tmp_path: Path, harm: str) -> None:
    """PyAutoGUI's python3-xlib has the files of python-xlib, and is at times installed over it."""
    copies = tmp_path / "packages"
    for file in distribution("python-xlib").files or ():
        if file.suffix != ".pyc":
            (copies / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(str(file.locate()), copies / file)
    module = copies / "Xlib" / "support" / "connect.py"
    module.write_text(module.read_text() + "# another's\n") if harm == "another's" else module.unlink()
    path = os.pathsep.join([str(copies), os.environ.get("PYTHONPATH", "")])
    said = one_line(CALCULATOR, tmp_path / "run", PYTHONPATH=path, DISPLAY="", WAYLAND_DISPLAY="")
    assert "connect.py is not the one of python-xlib" in said
    assert "pip install --force-reinstall --no-deps python-xlib" in said
    told = sightline("doctor", env={"PYTHONPATH": path}).stdout
    assert "pip install --force-reinstall --no-deps python-xlib" in told


def test_a_full_disk_ends_the_run_with_one_line_and_a_readable_episode(tmp_path: Path) -> None:
    task = tmp_path / "task.yaml"
    presses = "".join(f"  - type: '{digit}'\n" for digit in "1234567890" * 4)
    task.write_text(f"environment: {{kind: desktop, launch: [galculator], size: [800, 600]}}\nsteps:\n{presses}")
    ran, folder = on_small_disk(tmp_path, "256k", "run", task, "--display", "new")
    assert ran.returncode == 3, ran.stdout + ran.stderr
    assert ran.stderr.count("\n") == 1, ran.stderr
    assert "No space left on device" in ran.stderr
    episode = read_episode(folder)
    assert len(episode.steps) > 2
    assert sightline("report", folder).returncode == 0
    assert sightline("replay", folder).returncode == 0


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
