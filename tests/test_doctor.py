"""``sightline doctor``: what it finds, and that clicks arrive where they should in real Chromium."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from sightline.environments.actions import Click, ScreenAction
from sightline.environments.base import DONE, Frame, Observation, Outcome, Platform
from sightline.environments.calibration import MARK, Arrival, find_marks, measure
from sightline.tools.errors import Unavailable
from sightline.tools.process import free_port
from tests.running import TASKS, sightline


def doctor(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from sightline.agent.cli import main; main()", "doctor", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **variables},
        check=False,
    )


def test_it_lists_what_is_there() -> None:
    done = doctor("--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = {finding["name"]: finding for finding in told["findings"]}
    assert told["ok"]
    assert "Chrom" in found["browser"]["detail"]
    assert "rapidocr" in found["text reading"]["detail"]
    assert {"openvino", "models", "desktop", "android"} <= found.keys()


def test_missing_browser_is_said_with_what_to_do(tmp_path: Path) -> None:
    done = doctor(PATH=str(tmp_path), PLAYWRIGHT_BROWSERS_PATH=str(tmp_path), SIGHTLINE_BROWSER="")
    assert done.returncode == 3
    assert done.stdout.startswith("missing")
    assert "sightline doctor --install browser" in done.stdout


def test_a_driver_that_does_not_start_is_said_with_what_to_do(tmp_path: Path) -> None:
    node = tmp_path / "node"
    node.write_text('#!/bin/sh\necho "$0: error while loading shared libraries: libatomic.so.1" >&2; exit 127\n')
    node.chmod(0o755)
    done = doctor(PLAYWRIGHT_NODEJS_PATH=str(node))
    assert done.returncode == 3
    assert "does not start (error while loading shared libraries: libatomic.so.1)" in done.stdout
    assert "apt-get install libatomic1" in done.stdout
    ran = sightline("run", TASKS / "long.yaml", "--out", tmp_path / "out", env={"PLAYWRIGHT_NODEJS_PATH": str(node)})
    assert ran.returncode == 3
    assert ran.stderr.startswith("sightline: Playwright's driver does not start")
    assert len(ran.stderr.splitlines()) == 1


def test_installing_a_browser_that_is_there_does_nothing() -> None:
    done = doctor("--install", "browser")
    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)


def test_installing_does_not_paper_over_a_wrong_name() -> None:
    done = doctor("--install", "browser", SIGHTLINE_BROWSER="/no/such")
    assert done.returncode == 3
    assert done.stderr.startswith("sightline: no browser at '/no/such'")


def test_clicks_arrive_where_they_should_in_chromium() -> None:
    done = doctor("--calibrate", "--json")
    assert done.returncode == 0, done.stderr
    measures = json.loads(done.stdout)["measures"]
    assert {f"browser, scale {scale}" for scale in ("1", "1.25", "1.5", "2")} <= {each["target"] for each in measures}
    assert {each["target"]: each["error"] for each in measures} == {each["target"]: 0 for each in measures}
    assert all(each["clicks"] == 12 for each in measures)


def test_calibrating_what_has_no_target_is_unavailable() -> None:
    nobody = f"127.0.0.2:{free_port()}"  # elsewhere than on "this machine", where a server would be started
    host, port = nobody.split(":")
    done = doctor("--calibrate", "--environment", "android", ANDROID_ADB_SERVER_HOST=host, ANDROID_ADB_SERVER_PORT=port)
    assert (done.returncode, done.stderr) == (
        3, f"sightline: no adb server answers at {nobody}; start one there\n",
    )  # fmt: skip


class Painted:
    """A painted screen with marks whose clicks arrive beside where they were meant, and the target it is."""

    name = "painted"
    platform: Platform = "browser"

    def __init__(self, *marks: tuple[int, int], off: tuple[float, float] = (0, 0), deaf: bool = False) -> None:
        self.environment = self
        self._marks = marks
        self._off = off
        self._deaf = deaf
        self._arrived: Arrival | None = None
        pixels = np.full((100, 200, 3), 255, np.uint8)
        for left, top in marks:
            pixels[top : top + 8, left : left + 8] = MARK
        self._frame = Frame(pixels)

    def observe(self) -> Observation:
        return Observation(self._frame)

    def act(self, action: ScreenAction) -> Outcome:
        assert isinstance(action, Click)
        x, y = action.at.x + 0.5 + self._off[0], action.at.y + 0.5 + self._off[1]
        number, (left, top) = min(enumerate(self._marks, 1), key=lambda mark: abs(mark[1][0] - x) + abs(mark[1][1] - y))
        self._arrived = None if self._deaf else Arrival(mark=number, x=x - left, y=y - top)
        return DONE

    def close(self) -> None:
        pass

    def arrival(self, now: Observation) -> Arrival | None:
        return self._arrived


def test_marks_are_found_in_reading_order() -> None:
    boxes = find_marks(Painted((10, 40), (60, 10), (10, 10)).observe().frame)
    assert [(box.left, box.top, box.width, box.height) for box in boxes] == [
        (10, 10, 8, 8),
        (60, 10, 8, 8),
        (10, 40, 8, 8),
    ]


@pytest.mark.parametrize(
    ("off", "error"), [((0.0, 0.0), 0), ((0.4, -0.4), 0), ((1.0, 0.0), 1), ((0.0, -3.0), 3), ((2.0, 5.2), 5)]
)
def test_error_is_the_worst_distance_in_whole_pixels(off: tuple[float, float], error: int) -> None:
    measured = measure(Painted((10, 10), (100, 10), (50, 60), off=off))
    assert (measured.error, measured.clicks) == (error, 3)


def test_click_that_never_arrives_has_no_error_to_tell() -> None:
    assert measure(Painted((10, 10), deaf=True)).error is None


def test_target_without_marks_is_unavailable() -> None:
    with pytest.raises(Unavailable, match="marks are not to be seen"):
        measure(Painted())
