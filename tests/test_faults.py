"""What breaks around a run: each is one line on stderr and its exit code, and what was recorded can be read."""

import json
import os
import shutil
import signal
import socket
from pathlib import Path

import pytest

from sightline.agent.session import Session
from sightline.tasks.episode import Episode, read_episode
from sightline.tasks.files import load_task
from sightline.tools.errors import Unavailable
from tests.running import TASKS, browser_of, on_small_disk, sightline, start_sightline

LONG = TASKS / "long.yaml"


def one_line(stderr: str) -> str:
    lines = stderr.splitlines()
    assert len(lines) == 1, stderr
    assert lines[0].startswith("sightline: ")
    return lines[0]


def test_missing_browser(tmp_path: Path) -> None:
    done = sightline("run", LONG, "--out", tmp_path / "run", env={"SIGHTLINE_BROWSER": "/nowhere/chromium"})
    assert done.returncode == 3
    assert "/nowhere/chromium" in one_line(done.stderr)


def test_browser_that_does_not_start(tmp_path: Path) -> None:
    done = sightline("run", LONG, "--out", tmp_path / "run", env={"SIGHTLINE_BROWSER": shutil.which("false") or ""})
    assert done.returncode == 3
    assert "did not start" in one_line(done.stderr)


def test_port_in_use(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        task = tmp_path / "task.yaml"
        task.write_text(f"serve: {{command: [sleep, '9'], port: {port}}}\nsteps: [{{note: hello}}]\n")
        done = sightline("run", task, "--out", tmp_path / "run")
    assert done.returncode == 3
    assert f"port {port} of 127.0.0.1 cannot be used" in one_line(done.stderr)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("[no-such-program-here]", "'no-such-program-here' cannot be started"),
        ("['${python}', -c, 'raise SystemExit(\"no database\")']", "exit code 1: no database"),
        ("[sleep, '9']", "did not answer within 0.3 s"),
    ],
)
def test_application_that_does_not_start(command: str, said: str, tmp_path: Path) -> None:
    task = tmp_path / "task.yaml"
    task.write_text(f"serve:\n  command: {command}\n  timeout: 0.3\nsteps: [{{note: hello}}]\n")
    done = sightline("run", task, "--out", tmp_path / "run")
    assert done.returncode == 3
    assert said in one_line(done.stderr)


def test_application_that_ends_in_the_middle(tmp_path: Path) -> None:
    done = sightline("run", TASKS / "dying.yaml", "--out", tmp_path / "run")
    assert done.returncode == 3, done.stdout + done.stderr
    assert "exit code 7: out of coffee" in one_line(done.stderr)
    end = read_episode(tmp_path / "run").end
    assert end is not None
    assert (end.status, "out of coffee" in end.reason) == ("error", True)


@pytest.mark.parametrize("place", ["file/run", "file"])
def test_a_file_where_the_results_should_go(place: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = sightline("run", LONG, "--out", tmp_path / place)
    assert done.returncode == 3
    assert "cannot be written" in one_line(done.stderr)


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="no /proc on this system to stand for a read-only disk")
def test_pictures_that_cannot_be_written(tmp_path: Path) -> None:
    out = tmp_path / "run"
    out.mkdir()
    (out / "frames").symlink_to("/proc/self")
    done = sightline("run", LONG, "--out", out)
    assert done.returncode == 3
    assert "cannot be written" in one_line(done.stderr)


def test_full_disk(tmp_path: Path) -> None:
    done, folder = on_small_disk(tmp_path, "64k", "run", LONG)
    assert done.returncode == 3, done.stdout + done.stderr
    assert "No space left on device" in one_line(done.stderr)
    end = read_episode(folder).end
    assert end is None or (end.status, "No space left on device" in end.reason) == ("error", True)


def test_browser_killed_in_the_middle(tmp_path: Path) -> None:
    task = load_task(LONG)
    session = Session(task, LONG.parent, tmp_path / "run")
    seen = 0
    with pytest.raises(Unavailable, match="browser"):  # noqa: PT012 - it is raised by one of the steps
        for _ in session:
            seen += 1
            if seen == 5:
                os.kill(browser_of(os.getpid()), signal.SIGKILL)
    assert session.exit_code == 3
    episode = read_episode(tmp_path / "run")
    assert len(episode.steps) == seen
    assert episode.end is not None
    assert episode.end.status == "error"


def test_killed_run_leaves_an_episode_to_report_and_replay(tmp_path: Path) -> None:
    episode, code, _ = _broken_off(tmp_path / "run", signal.SIGKILL)
    assert code == -signal.SIGKILL
    assert episode.end is None
    assert len(episode.steps) >= 5
    reported = sightline("report", episode.folder)
    assert reported.returncode == 0
    assert "breaks off" in (episode.folder / "report.html").read_text()
    replayed = sightline("replay", episode.folder)
    assert replayed.returncode == 0, replayed.stdout
    assert "the episode breaks off there" in replayed.stdout


@pytest.mark.parametrize(("by", "expected"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_interrupted_run(tmp_path: Path, by: signal.Signals, expected: int) -> None:
    episode, code, last = _broken_off(tmp_path / "run", by)
    assert code == expected
    assert json.loads(last)["status"] == "interrupted"
    assert episode.end is not None
    assert episode.end.status == "interrupted"
    assert (episode.folder / "report.html").is_file()


def _broken_off(out: Path, by: signal.Signals) -> tuple[Episode, int, str]:
    """A run ended by a signal to its whole group after five steps: its episode, exit code and last line."""
    process = start_sightline("run", LONG, "--json", "--out", out)
    assert process.stdout is not None
    for _ in range(5):
        assert process.stdout.readline()
    os.killpg(process.pid, by)
    rest, _ = process.communicate(timeout=60)
    return read_episode(out), process.returncode, (rest.splitlines() or [""])[-1]
