"""A model's server that fails: every command ends with one clear line and the exit code for what is not available."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sightline.agent.cli import app
from sightline.tasks.episode import read_episode
from tests.agent.models.faults import FAULTS, closed_url, cut_in_the_middle, drips_bytes, garbage, never
from tests.agent.models.server import Reply, fails, says, serving
from tests.running import sightline
from tests.screens import screen_file

ROOT = Path(__file__).parents[2]
SHAPES = ROOT / "examples" / "shapes" / "task.yaml"
PLAIN: tuple[tuple[Reply, str], ...] = (
    (never, "did not answer within 0.4 s"),
    (fails(429, "slow down", retry_after="3600"), "asks to wait 3600 s"),
    (fails(500, "out of order"), "answered 500: out of order, 2 times"),
    (cut_in_the_middle, "broke off"),
    (garbage, "no chat completion"),
    (says(""), "empty answer"),
    (fails(404, "no such model"), "expected one of right"),
    (fails(401, "who?"), "refused the key"),
    (drips_bytes, "did not answer within 0.4 s"),
)
QUICK = "tries=2&pause=0.01&timeout=0.4"


def invoke(*words: str | Path) -> tuple[int, str]:
    """The exit code, and what a person reads; the line of `main` for an error that it is shown."""
    result = CliRunner().invoke(app, [str(word) for word in words])
    error = result.exception
    code = getattr(error, "exit_code", result.exit_code)
    return code, result.output + (str(error) if code != result.exit_code else "")


@pytest.mark.parametrize(("fault", "said"), [*PLAIN, *FAULTS])
def test_ground(fault: Reply, said: str) -> None:
    with serving(fault) as server:
        model = f"qwen2-vl@{server.url}?{QUICK}"
        code, output = invoke("ground", screen_file("sb2_login__light"), "Login", "--grounder", model)
    assert code == 3
    assert_one_line(output, said)


@pytest.mark.parametrize(("fault", "said"), PLAIN)
def test_do(tmp_path: Path, fault: Reply, said: str) -> None:
    with serving(fault) as server:
        model = f"qwen2.5-vl@{server.url}?{QUICK}"
        words = ("--environment", "browser", "--model", model, "--out", tmp_path / "run")
        code, output = invoke("do", "click it", *words)
    assert code == 3
    assert_one_line(output, said)
    episode = read_episode(tmp_path / "run")
    assert episode.end is not None
    assert episode.end.status == "error"
    assert (tmp_path / "run" / "report.html").is_file()


@pytest.mark.parametrize(("fault", "said"), PLAIN)
def test_run(tmp_path: Path, fault: Reply, said: str) -> None:
    task = tmp_path / "goal.yaml"
    task.write_text("goal: click the blue square\n")
    with serving(fault) as server:
        code, output = invoke("run", task, "--model", f"qwen2.5-vl@{server.url}?{QUICK}", "--out", tmp_path / "run")
    assert code == 3
    assert_one_line(output, said)


def test_a_closed_port_in_a_process_of_its_own(tmp_path: Path) -> None:
    model = f"qwen2.5-vl@{closed_url()}?tries=2&pause=0.01"
    for words in (
        ("ground", screen_file("sb2_login__light"), "Login", "--grounder", model),
        ("do", "click it", "--environment", "browser", "--model", model, "--out", tmp_path / "do"),
        ("run", SHAPES, "--grounder", model, "--out", tmp_path / "run"),
    ):
        done = sightline(*words)
        assert done.returncode == 3
        (line,) = done.stderr.splitlines()
        assert "cannot be reached" in line
        assert "Traceback" not in done.stdout


def test_a_model_that_only_talks_ends_the_run(tmp_path: Path) -> None:
    with serving(says("I would rather talk about the weather.")) as server:
        model = f"qwen2.5-vl@{server.url}?{QUICK}"
        code, output = invoke("do", "go", "--environment", "browser", "--model", model, "--out", tmp_path / "run")
    assert code == 1
    assert "gave no action that can be read" in output


def assert_one_line(output: str, said: str) -> None:
    """One line names the server and says what happened; there is no traceback."""
    assert "Traceback" not in output
    (told,) = [line for line in output.splitlines() if "at http://127.0.0.1" in line]
    assert re.search(said, told)
