"""Desktop examples, run by the embedded text grounder through the command line and decided again from the record."""

from pathlib import Path

import pytest

from sightline.environments.calibration import measure
from sightline.environments.desktop.calibration import desktop_targets
from tests.running import sightline

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
