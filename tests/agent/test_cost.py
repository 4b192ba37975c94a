"""What models cost: in the episode, on the terminal, as JSON, in the report, and as a limit."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from sightline.agent.cli import app
from sightline.agent.replay import replay
from sightline.tasks.episode import EPISODE_FILE, read_episode
from tests.agent.models.server import says, serving
from tests.screens import screen_file

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "examples" / "shapes" / "page.html"
TINY = ROOT / "tests" / "models" / "tiny-qwen2-vl"
KEY = "sk-live-0123456789abcdef"


def call(**arguments: object) -> str:
    said = json.dumps({"name": "computer_use", "arguments": arguments})
    return f"Thought: there.\nAction: blue square\n<tool_call>\n{said}\n</tool_call>"


CLICK = says(call(action="left_click", coordinate=[5, 5]), asked=2000, answered=100, cached=500)
END = says(call(action="terminate", status="success"), asked=3000, answered=50)
PLACE = says("<|box_start|>(680,670),(726,718)<|box_end|>", asked=900, answered=20)
CLOSER = says("<|box_start|>(480,480),(520,520)<|box_end|>", asked=900, answered=20)


def do(*words: str | Path, text: str | None = None) -> tuple[int, str]:
    given = ["do", "click the blue square", "--environment", "browser", "--start", PAGE.as_uri(), *map(str, words)]
    result = CliRunner().invoke(app, given, input=text)
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """An episode decided by one model and pointed in by another, both with a price and a key, and what was printed."""
    out = tmp_path_factory.mktemp("cost") / "run"
    with serving(CLICK, END) as deciding, serving(PLACE, CLOSER) as pointing, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOME_KEY", KEY)
        planner = f"qwen3-vl@{deciding.url}?price=1/10&key=SOME_KEY"
        grounder = f"qwen2-vl@{pointing.url}?price=0.1/0.2/0.01&key=SOME_KEY&zoom=yes"
        code, output = do("--planner", planner, "--grounder", grounder, "--out", out, "--json")
        assert code == 0, output
        assert deciding.keys == [f"Bearer {KEY}"] * 2
        assert pointing.keys == [f"Bearer {KEY}"] * 2
    return out, output


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines() if line.startswith("{")]


def test_each_step_and_the_end_tell_it_as_json(ran: tuple[Path, str]) -> None:
    *steps, end = lines(ran[1])
    assert [len(step["answers"]) for step in steps] == [0, 3, 1]
    decided, first, second = (answer["usage"] for answer in steps[1]["answers"])
    assert (decided["role"], decided["model"], decided["asked"], decided["reused"]) == (
        "planner", "qwen3-vl", 2000, 500,
    )  # fmt: skip
    assert first["role"] == second["role"] == "grounder"
    planner, grounder = end["usage"]
    assert (planner["requests"], planner["asked"], planner["answered"]) == (2, 5000, 150)
    assert planner["money"] == pytest.approx(5000 / 1e6 + 150 * 10 / 1e6)
    assert (grounder["requests"], grounder["asked"], grounder["answered"]) == (2, 1800, 40)
    assert grounder["money"] == pytest.approx(1800 * 0.1 / 1e6 + 40 * 0.2 / 1e6)


def test_the_episode_and_its_report_tell_it(ran: tuple[Path, str]) -> None:
    episode = read_episode(ran[0])
    assert [usage.model_dump() for usage in episode.usage] == lines(ran[1])[-1]["usage"]
    assert sum(usage.money for step in episode.steps for usage in step.usage) == pytest.approx(
        sum(usage.money for usage in episode.usage)
    )
    page = (ran[0] / "report.html").read_text()
    assert "planner qwen3-vl: 2 requests, 5,000 tokens in (500 cached), 150 out, cost 0.0065" in page
    assert "grounder qwen2-vl: 2 requests, 1,800 tokens in, 40 out, cost 0.000188" in page


def test_an_episode_that_breaks_off_tells_it_as_far_as_it_goes(ran: tuple[Path, str], tmp_path: Path) -> None:
    whole = (ran[0] / EPISODE_FILE).read_text().splitlines(keepends=True)
    (tmp_path / "frames").symlink_to(ran[0] / "frames")
    (tmp_path / EPISODE_FILE).write_text("".join(whole[:-3]))
    (planner, grounder) = read_episode(tmp_path).usage
    assert (planner.asked, grounder.asked) == (2000, 1800)


def test_a_key_is_in_no_file_and_no_output(ran: tuple[Path, str]) -> None:
    files = [path for path in ran[0].rglob("*") if path.is_file()]
    assert len(files) >= 4
    assert not [path for path in files if KEY.encode() in path.read_bytes()]
    assert KEY not in ran[1]


def test_it_replays_without_its_models(ran: tuple[Path, str]) -> None:
    result = replay(read_episode(ran[0]))
    assert result.same, result.differences
    assert result.steps == 3


def test_its_models_say_it_again_on_a_live_page(ran: tuple[Path, str], tmp_path: Path) -> None:
    recorded = f"recorded:{ran[0]}"
    code, output = do("--planner", recorded, "--grounder", recorded + "?zoom=yes", "--out", tmp_path / "run")
    assert code == 0, output
    assert read_episode(tmp_path / "run").observations[-1].title == "blue square"
    assert "tokens not counted" in output


def test_a_recorded_plan_with_the_places_of_the_test_model(ran: tuple[Path, str], tmp_path: Path) -> None:
    code, output = do("--planner", f"recorded:{ran[0]}", "--grounder", TINY, "--out", tmp_path / "run")
    assert code == 0, output
    episode = read_episode(tmp_path / "run")
    assert episode.observations[-1].title == "blue square"
    assert [usage.role for usage in episode.usage] == ["planner", "grounder"]
    assert episode.usage[1].pictures == 1
    assert replay(episode).same


def test_the_terminal_tells_it_supervised_or_not(tmp_path: Path) -> None:
    click = says(call(action="left_click", coordinate=[700, 670]), asked=2000, answered=100)
    with serving(click, END) as server:
        model = f"qwen3-vl@{server.url}?price=1/10"
        code, output = do("--model", model, "--out", tmp_path / "run", "--supervise", text="a\na\na\n")
    assert code == 0, output
    assert "2,000+100 tokens  0.003" in output
    assert "planner qwen3-vl: 2 requests, 5,000 tokens in, 150 out, cost 0.0065" in output


def test_a_limit_of_money_ends_the_run_and_its_replay(tmp_path: Path) -> None:
    wait = says(call(action="wait", time=0.1), asked=1000, answered=0)
    with serving(wait) as server:
        model = f"qwen3-vl@{server.url}?price=1/1"
        code, output = do("--model", model, "--out", tmp_path / "run", "--max-cost", "0.0025")
    assert code == 1
    assert "stopped when models had cost 0.003 of 0.0025, the limit; see limits.money of a task" in output
    assert len(server.bodies) == 3
    assert replay(read_episode(tmp_path / "run")).same


def test_a_limit_of_money_needs_a_price() -> None:
    result = CliRunner().invoke(
        app, ["do", "x", "--environment", "browser", "--model", "m@http://127.0.0.1:1/v1", "--max-cost", "1"]
    )
    assert "?price=" in str(result.exception)


def test_ground_tells_it() -> None:
    with serving(PLACE) as server:
        words = ["ground", str(screen_file("sb2_login__light")), "it", "--grounder", f"qwen2-vl@{server.url}?price=1/1"]
        told = CliRunner().invoke(app, words)
        as_json = CliRunner().invoke(app, [*words, "--json"])
        each = CliRunner().invoke(app, [*words[:2], "-", *words[3:]], input="a\nb\n")
    assert "found at" in told.stdout
    assert told.stderr == "grounder qwen2-vl: 1 request, 900 tokens in, 20 out, cost 0.00092\n"
    assert [usage["asked"] for usage in json.loads(as_json.stdout)["usage"]] == [900]
    assert as_json.stderr == ""
    assert [line["usage"][0]["asked"] for line in lines(each.stdout)] == [900, 900]
