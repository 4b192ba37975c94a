"""`sightline do` against a server of our own that plays the model, in Chromium."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from sightline.agent.cli import app
from sightline.agent.replay import replay
from sightline.tasks.episode import read_episode
from sightline.tools.errors import InputError
from tests.agent.models.server import Spoken, fails, says, serving

PAGE = Path(__file__).parents[2] / "examples" / "shapes" / "page.html"


def call(**arguments: object) -> str:
    return "<tool_call>\n" + json.dumps({"name": "computer_use", "arguments": arguments}) + "\n</tool_call>"


def do(server: Spoken, out: Path, *more: str) -> tuple[int, str]:
    model = f"qwen2.5-vl@{server.url}?tries=1&pause=0"
    given = ["do", "click the blue square", "--environment", "browser", "--model", model, "--start", PAGE.as_uri()]
    result = CliRunner().invoke(app, [*given, "--out", str(out), "--json", *more])
    return result.exit_code, result.output


@pytest.mark.parametrize("zoom", [1, 2])
def test_a_goal_is_pursued_to_its_end(tmp_path: Path, zoom: int) -> None:
    click = call(action="left_click", coordinate=[906, 506])
    with serving(says(click), says(call(action="terminate", status="success"))) as server:
        screen = f"{{viewport: [1280, 720], scale: {zoom}}}"
        code, output = do(server, tmp_path / "run", "--environment", screen)
    assert code == 0, output
    episode = read_episode(tmp_path / "run")
    assert episode.observations[-1].title == "blue square"
    question = json.dumps(server.bodies[1]["messages"])
    assert "click the blue square" in question
    assert "Step 1:" in question
    assert replay(episode).same


def test_a_goal_given_up_fails(tmp_path: Path) -> None:
    with serving(says(call(action="terminate", status="failure"))) as server:
        code, output = do(server, tmp_path / "run")
    assert code == 1, output


def test_steps_are_limited(tmp_path: Path) -> None:
    with serving(says(call(action="wait", time=0.1))) as server:
        code, output = do(server, tmp_path / "run", "--max-steps", "3")
    assert code == 1
    assert "stopped after 3 steps, the limit; see limits.steps of a task, --max-steps of do" in output
    assert len(server.bodies) == 2  # the first step opened the page


def test_a_server_that_is_down_ends_the_run_in_one_line(tmp_path: Path) -> None:
    with serving(fails(500, "out of order")) as server:
        code, output = do(server, tmp_path / "run")
    assert code == 3
    assert "answered 500" in output
    assert "Traceback" not in output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--model gpt-9@http://127.0.0.1:1/v1", "?dialect=qwen2-vl"),
        ("--model uground@http://127.0.0.1:1/v1", "name another model with --planner, and this one with --grounder"),
        ("--model m@http://127.0.0.1:1/v1?dialect=qwen9", "unknown dialect 'qwen9'"),
        ("--model m@http://127.0.0.1:1/v1?key=sk-abc&dialect=qwen3-vl", "key= names an environment variable"),
        ("--model m@http://127.0.0.1:1/v1?key=NOT_SET&dialect=qwen3-vl", "environment variable NOT_SET is not set"),
        ("--model m@http://127.0.0.1:1/v1?price=1&dialect=qwen3-vl", "expected ASKED/ANSWERED"),
        ("--model recorded:nowhere", "expected an episode's folder"),
        ("", "expected --model NAME"),
        ("--model m@http://127.0.0.1:1/v1 --display :1", "--display ':1': browser: unknown key 'display'"),
        ("--model m@http://127.0.0.1:1/v1 --environment xbox", "--environment 'xbox'"),
    ],
)
def test_bad_input_names_the_option_that_there_is(tmp_path: Path, words: str, said: str) -> None:
    given = ["do", "go", "--environment", "browser", *words.split(), "--out", str(tmp_path / "run")]
    error = CliRunner().invoke(app, given).exception
    assert isinstance(error, InputError), error
    assert said in str(error)
    assert "\n" not in str(error)
    assert "sk-abc" not in str(error)
    assert not (tmp_path / "run" / "episode.jsonl").exists()
