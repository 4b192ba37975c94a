"""Every kind of script step in real Chromium, by sight alone: run, recorded, and replayed where there is no browser."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from sightline.agent.grounders.text import TextGrounder
from sightline.agent.loop import run
from sightline.agent.policies.script import ScriptPolicy
from sightline.agent.session import Session
from sightline.environments.actions import Note
from sightline.environments.base import Frame
from sightline.environments.browser import BrowserEnvironment, BrowserOptions
from sightline.environments.fresh import Fresh
from sightline.environments.settled import Settled
from sightline.tasks.episode import Episode, read_episode
from sightline.tasks.files import load_task, steps_within
from sightline.tasks.records import Ambiguous, NotFound, Step
from sightline.tasks.report import render_report
from sightline.tasks.steps import LaunchStep, PullStep, PushStep, ScriptStep
from sightline.tools.sight import Sight
from tests.running import TASKS, WITHOUT_BROWSER, sightline

NAMES = ("pointer", "forms", "flow", "touch")
PIN = "Kerfuffle77"
PAINT = (96, 96, 96)

Recorded = Callable[[str], Episode]


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Recorded:
    """Runs a task file of ``tests/tasks`` once and gives its episode."""
    folder = tmp_path_factory.mktemp("episodes")

    def record(name: str) -> Episode:
        if not (folder / name).exists():
            file = TASKS / f"{name}.yaml"
            for _ in Session(load_task(file), file.parent, folder / name):
                pass
        return read_episode(folder / name)

    return record


@pytest.mark.parametrize("name", NAMES)
def test_a_script_comes_to_its_end(name: str, recorded: Recorded) -> None:
    end = recorded(name).end
    assert end is not None
    assert (end.status, end.reason) == ("passed", "")


def test_the_scripts_hold_every_kind_of_step() -> None:
    used = {type(step) for name in NAMES for step in steps_within(load_task(TASKS / f"{name}.yaml").steps)}
    assert used == set(ScriptStep.__subclasses__()) - {LaunchStep, PushStep, PullStep}


def test_recorded_runs_replay_the_same_without_a_browser(recorded: Recorded) -> None:
    folders = [recorded(name).folder for name in NAMES]
    replayed = sightline("replay", *folders, command=WITHOUT_BROWSER)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr
    assert replayed.stdout.count("the same") == len(NAMES)


def test_a_replay_needs_no_file_that_the_run_looked_for(tmp_path: Path) -> None:
    task, log, folder = tmp_path / "task.yaml", tmp_path / "log.txt", tmp_path / "run"
    task.write_text(
        f"start: {TASKS.parent / 'pages' / 'flow.html'}\nsteps:\n"
        "  - unless: {file: '${here}/log.txt'}\n    then: [note: missing]\n"
        "  - wait_for: {file: '${here}/log.txt', contains: begun}\n"
        "  - expect: {file: '${here}/log.txt', matches: ended$}\n"
        "checks: [{file: '${here}/log.txt'}]\n"
    )
    for step in Session(load_task(task), tmp_path, folder):
        match step.action:
            case Note(text="missing"):
                log.write_text("begun")
            case Note(text=said) if said.endswith("'begun'"):
                log.write_text("begun and ended")
            case _:
                pass
    end = read_episode(folder).end
    assert end is not None
    assert end.status == "passed"
    log.unlink()
    replayed = sightline("replay", folder, command=WITHOUT_BROWSER)
    assert replayed.returncode == 0, replayed.stdout + replayed.stderr


def test_a_button_moved_in_one_picture_is_reported(recorded: Recorded, tmp_path: Path) -> None:
    folder = tmp_path / "tampered"
    shutil.copytree(recorded("pointer").folder, folder)
    episode = read_episode(folder)
    step = next(step for step in episode.steps if step.decision.target == "Alpha button")
    _replace_picture(episode, step.frame, lambda pixels: np.roll(pixels, 200, axis=0))
    replayed = sightline("replay", folder, command=WITHOUT_BROWSER)
    x, y = step.decision.action.model_dump()["at"]
    assert replayed.returncode == 1, replayed.stdout + replayed.stderr
    assert f"step {step.number} ({step.decision.source}): recorded click ({x}, {y}) <Alpha button>" in replayed.stdout
    assert f"now click ({x}, {y + 200})" in replayed.stdout


def _replace_picture(episode: Episode, old: str, change: Callable[[np.ndarray], np.ndarray]) -> None:
    """Put a changed picture in the place of one, as someone would who wants it to pass for the recorded one."""
    seen = next(seen for seen in episode.observations if seen.frame.id == old)
    changed = Frame(np.ascontiguousarray(change(seen.frame.pixels)))
    episode.frame_path(changed.id).write_bytes(changed.png)
    file = episode.folder / "episode.jsonl"
    file.write_text(file.read_text().replace(old, changed.id))


def test_a_secret_is_in_no_file_and_painted_over_where_it_shows(
    recorded: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGHTLINE_TEST_PIN", PIN)
    episode = recorded("secret")
    assert episode.end is not None
    assert episode.end.status == "passed"
    (episode.folder / "report.html").write_text(render_report(episode))
    for file in episode.folder.rglob("*"):
        assert file.is_dir() or PIN.encode() not in file.read_bytes(), file
    assert "${secrets.pin}" in (episode.folder / "episode.jsonl").read_text()
    sight = Sight()
    painted = 0
    for picture in {seen.frame.id: seen.frame for seen in episode.observations}.values():
        assert "Kerfuf" not in "".join(line.text for line in sight.look(picture.pixels).lines)
        painted += bool((picture.pixels == PAINT).all(axis=2).sum() > 500)
    assert painted == 2  # while it stands in the field, and in the list


class Screen:
    """One browser in which many short scripts run one after the other."""

    def __init__(self) -> None:
        options = BrowserOptions(viewport=(640, 480))
        self.environment = Settled(Fresh(BrowserEnvironment(options)))
        self.sight = Sight()

    def last_step(self, file: Path) -> Step:
        task = load_task(file)
        values = {**task.vars, "here": str(TASKS)}
        policy = ScriptPolicy(task, values, TextGrounder(self.sight), self.sight)
        return list(run(self.environment, policy, limits=task.limits))[-1]


@pytest.fixture(scope="module")
def screen() -> Iterator[Screen]:
    screen = Screen()
    yield screen
    screen.environment.close()


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ("click: Missing button", "'Missing button'"),
        ("click: [640, 10]", "the point (640, 10) lies outside the frame of 640x480"),
        ("check: Alpha button", "'Alpha button' is no checkbox that can be recognised"),
        ("launch: calculator", "open a URL, or focus a tab by its title"),
        ("press: ctrl+t", "its own shortcuts do nothing here"),
        ("dialog: accept", "no dialog is open"),
        ("{upload: photo.txt, to: Alpha button}", "no file chooser opened after Alpha button was clicked"),
        ("{select: Huge, from: Small dropdown}", "'Small dropdown' does not show 'Huge'"),
        ("{scroll: down, to: Nowhere}", "'Nowhere' did not come into view"),
        ("expect: {visible: Beta, absent: Alpha}", "'Alpha' is visible at"),
        ("expect: {location: '*/other.html'}", "pointer.html', expected '*/other.html'"),
        ("expect: {title: Other}", "title is 'Pointer', expected 'Other'"),
        ("expect: {title: 'Pointe?'}", "title is 'Pointer', expected 'Pointe?'"),
        ("expect: Bosket", "'Bosket' is not visible: nothing on the screen reads like 'Bosket'; nearest is 'Basket'"),
        ("expect: {absent: Bosket}", "'Bosket' may be visible at"),
        ("expect: First Beta", "'First Beta' is not visible"),
        ("expect: {checked: Alpha button}", "'Alpha button' is no checkbox"),
        ("expect: {value: '${who}', equals: Grace}", "value is 'Ada', expected 'Grace'"),
        ("expect: {value: '${who}', matches: ^d}", "value is 'Ada', expected it to match '^d'"),
        ("expect: {file: '${here}/photo.txt', contains: frown}", "expected it to contain 'frown'"),
        ("expect: {file: '${here}/nothing.txt'}", "nothing.txt' cannot be read"),
        ("{read: Alpha lost, into: word}", "'Alpha lost' cannot be read"),
    ],
)
def test_a_step_that_cannot_be_done_says_why(step: str, said: str, screen: Screen, tmp_path: Path) -> None:
    last = screen.last_step(_script(tmp_path, step))
    assert last.action.kind == "infeasible", last
    assert said in last.action.text
    assert last.decision.source.endswith("task.yaml:4")


def test_a_missing_target_comes_with_the_nearest(screen: Screen, tmp_path: Path) -> None:
    grounding = screen.last_step(_script(tmp_path, "click: Alphabet button")).decision.grounding
    assert isinstance(grounding, NotFound)
    assert grounding.nearest[0].text == "Alpha"


def test_an_ambiguous_target_comes_with_the_candidates(screen: Screen, tmp_path: Path) -> None:
    last = screen.last_step(_script(tmp_path, "click: Twin button", page="twins.html"))
    grounding = last.decision.grounding
    assert isinstance(grounding, Ambiguous)
    assert len(grounding.candidates) == 2
    assert "first" in grounding.why or "ordinal" in grounding.why


@pytest.mark.parametrize(
    ("option", "field"),
    [
        ("Un", "Country"), ("Unknown", "Country"), ("United Kingdom", "Country"), ("United States", "Country"),
        ("Zambia", "Country dropdown"), ("Un", "Home"), ("Unknown", "Home"), ("United States", "Home"),
        ("united kingdom", "Home"), ("Green", "Colour"), ("Dark green", "Colour"),
    ],
)  # fmt: skip
def test_select_ends_with_exactly_the_option(option: str, field: str, screen: Screen, tmp_path: Path) -> None:
    file = _script(tmp_path, f"{{select: {option}, from: {field}}}", "find: 2", "choices.html")
    chosen = f"*{field.split()[0]}: {option[0].upper()}{option[1:].replace(' k', ' K')};*"
    file.write_text(file.read_text() + f"checks: [{{title: '{chosen}'}}]\n")
    last = screen.last_step(file)
    assert last.action.kind == "done", last.action


@pytest.mark.parametrize(("option", "field"), [("Unit", "Country"), ("Sma", "Size"), ("Huge", "Size")])
def test_select_fails_clearly_when_no_option_is_that(option: str, field: str, screen: Screen, tmp_path: Path) -> None:
    last = screen.last_step(_script(tmp_path, f"{{select: {option}, from: {field}}}", "find: 0.5", "choices.html"))
    assert last.action.kind == "infeasible"
    assert f"'{field}' does not show '{option}' after it was selected, but '" in last.action.text


@pytest.mark.parametrize(
    ("limit", "said"), [("steps: 3", "stopped after 3 steps"), ("seconds: 0.5", "stopped after 0.5 s")]
)
def test_limits_end_a_run(limit: str, said: str, screen: Screen, tmp_path: Path) -> None:
    last = screen.last_step(_script(tmp_path, "{repeat: 1000, steps: [{click: [580, 420]}]}", limit))
    assert last.action.kind == "infeasible"
    assert said in last.action.text


def _script(folder: Path, step: str, limit: str = "find: 0.2", page: str = "pointer.html") -> Path:
    file = folder / "task.yaml"
    file.write_text(f"start: ${{here}}/../pages/{page}\nvars: {{who: Ada}}\nsteps:\n  - {step}\nlimits: {{{limit}}}\n")
    return file
