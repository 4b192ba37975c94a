"""The committed test model, the whole way: picture, processor, positions, dialect, canvas, browser, command line."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchmarks.tiny_model.evaluate import as_rendered, in_chromium, measure, unseen_screens
from sightline.agent.cli import app
from sightline.agent.replay import replay
from sightline.tasks.episode import read_episode
from sightline.tasks.records import Found

ROOT = Path(__file__).parents[2]
TINY = ROOT / "tests" / "models" / "tiny-qwen2-vl"


def test_it_points_at_unseen_screens() -> None:
    assert measure(TINY, unseen_screens(40), as_rendered)["all"] >= 0.85


def test_it_points_at_pages_in_chromium() -> None:
    with in_chromium() as show:
        assert measure(TINY, unseen_screens(16), show)["all"] >= 0.75


@pytest.mark.parametrize("zoom", ["no", "yes"])
def test_a_script_runs_on_what_it_finds(tmp_path: Path, zoom: str) -> None:
    task, out = ROOT / "examples" / "shapes" / "task.yaml", tmp_path / "run"
    grounder = f"{TINY}?zoom={zoom}"
    result = CliRunner().invoke(app, ["run", str(task), "--grounder", grounder, "--out", str(out), "--json"])
    assert result.exit_code == 0, result.output
    episode = read_episode(out)
    assert replay(episode).same
    found = [step.decision.grounding for step in episode.steps if step.decision.target]
    assert len(found) == 4
    assert all(isinstance(one, Found) and "<|box_start|>" in one.why for one in found)
