"""Scripted tasks by the embedded text grounder in two real phone user interfaces, recorded and replayed."""

from pathlib import Path

from sightline.agent.replay import replay
from sightline.agent.session import Session
from sightline.environments.actions import Type
from sightline.tasks.episode import Episode, read_episode
from sightline.tasks.files import load_task, with_environment
from tests.android_rig.rig import Rig

EXAMPLES = Path(__file__).parents[2] / "examples" / "android"


def run(name: str, rig: Rig, out: Path, folder: Path = EXAMPLES) -> Episode:
    """Run a task file on the rig and read its episode back."""
    path = folder / name
    task = with_environment(load_task(path), f"{{serial: '{rig.serial}', server: '127.0.0.1:{rig.server_port}'}}")
    session = Session(task, path.parent, out)
    for _ in session:
        pass
    assert (session.status, session.reason) == ("passed", "")
    return read_episode(out)


def assert_replays(episode: Episode) -> None:
    again = replay(episode)
    assert (again.steps, again.differences) == (len(episode.steps), [])


def test_a_mail_is_deleted_by_a_swipe(rig: Rig, tmp_path: Path) -> None:
    episode = run("mail.yaml", rig, tmp_path / "episode")
    names = rig.page("[...document.querySelectorAll('#list h3')].map(name => name.textContent)")
    assert names[3:5] == ["Redfin", "Stephen Weber"]  # Angela Smith stood between them
    assert_replays(episode)


def test_a_notebook_is_renamed_in_any_script(rig: Rig, tmp_path: Path) -> None:
    episode = run("notes.yaml", rig, tmp_path / "episode")
    assert rig.page("document.title") == "Ada's notes & lists 100% \u2014 café, 你好"
    assert [step.outcome.message for step in episode.steps if isinstance(step.action, Type)] == ["", ""]
    assert_replays(episode)


def test_a_form_longer_than_the_screen_is_filled(rig: Rig, tmp_path: Path) -> None:
    episode = run("form.yaml", rig, tmp_path / "episode")
    assert rig.page("document.getElementById('textinput-2').value") == "Ada Lovelace"
    assert_replays(episode)


def test_files_are_pushed_and_pulled_by_a_task(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("milk\n")
    (tmp_path / "files.yaml").write_text(
        """
        environment: {kind: android, launch: org.rig.counter}
        steps:
          - push: list.csv
            to: /sdcard/list.csv
          - expect: {phone_file: /sdcard/list.csv, contains: milk}
          - pull: /sdcard/list.csv
            to: back.csv
        checks:
          - {file: "${here}/back.csv", contains: milk}
        """
    )
    episode = run("files.yaml", rig, tmp_path / "episode", tmp_path)
    (tmp_path / "back.csv").unlink()
    assert_replays(episode)
    assert not (tmp_path / "back.csv").exists()
