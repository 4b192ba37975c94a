"""What seeing and tapping a phone costs, beside adbutils used as it comes, in the same run on the same phone.

Run: ``python benchmarks/android.py [ROUNDS]``: on the test rig, or on the phone named by ``$ANDROID_SERIAL``. The two
sides take turns, so that whatever else the machine does slows both alike. Prints medians in milliseconds and the ratio
of adbutils' time to ours; above 1 is faster than adbutils.
"""

import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from adbutils import AdbClient

from sightline.environments.actions import Click
from sightline.environments.android.capture import PngCapture, RawCapture
from sightline.environments.android.environment import AndroidEnvironment
from sightline.environments.android.options import AndroidOptions
from sightline.environments.geometry import Point
from sightline.tools.adb import AdbPhone, AdbServer


def medians(rounds: int, *sides: Callable[[], object]) -> list[float]:
    """The median milliseconds of each side, taking turns after one turn that does not count."""
    times: list[list[float]] = [[] for _ in sides]
    for turn in range(rounds + 1):
        for side, kept in zip(sides, times, strict=True):
            start = time.perf_counter()
            side()
            if turn:
                kept.append((time.perf_counter() - start) * 1000)
    return [statistics.median(kept) for kept in times]


def compare(what: str, rounds: int, theirs: Callable[[], object], ours: Callable[[], object]) -> None:
    their_time, our_time = medians(rounds, theirs, ours)
    print(f"{what:58} adbutils {their_time:7.1f}   sightline {our_time:7.1f}   {their_time / our_time:5.2f} x")


def measure(address: str, serial: str, show: Callable[[str], None], rounds: int) -> None:
    host, _, port = address.rpartition(":")
    device: Any = AdbClient(host, int(port)).device(serial)
    phone = AdbPhone(AdbServer(address), serial)
    png, raw = PngCapture(phone), RawCapture(phone)

    def their_screenshot() -> None:
        device.screenshot(error_ok=False).load()

    show("org.rig.counter/.Counter")
    compare("capture of a plain screen, PNG", rounds, their_screenshot, png.take)
    compare("capture of a plain screen, raw for PNG", rounds, their_screenshot, raw.take)
    show("org.rig.photo/.Photo")
    compare("capture of a photo-like screen, PNG", rounds, their_screenshot, png.take)
    compare("capture of a photo-like screen, raw for PNG", rounds, their_screenshot, raw.take)
    compare("raw pixels of a photo-like screen", rounds, lambda: device.shell("screencap", encoding=None), raw.take)
    show("org.rig.counter/.Counter")
    environment = AndroidEnvironment(AndroidOptions(kind="android", serial=serial, server=address))
    tap = Click(at=Point(x=10, y=10).on(environment.observe().frame.id))
    compare("tap, beside click()", rounds * 2, lambda: device.click(10, 10), lambda: environment.act(tap))
    compare(
        "tap, beside shell('input tap 10 10')",
        rounds * 2,
        lambda: device.shell("input tap 10 10"),
        lambda: environment.act(tap),
    )
    seen, taken = medians(rounds, environment.observe, raw.take)
    print(
        f"observe (capture {environment.capture} and state at once): {seen:.1f} ms; raw capture alone: {taken:.1f} ms"
    )
    environment.close()


def ask_to_show(component: str) -> None:
    input(f"show something like {component} on the phone, then press Enter ")


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    serial = os.environ.get("ANDROID_SERIAL")
    if serial:
        port = os.environ.get("ANDROID_ADB_SERVER_PORT", "5037")
        measure(f"127.0.0.1:{port}", serial, ask_to_show, rounds)
        return
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.android_rig.rig import Rig, missing

    if lacking := missing():
        sys.exit(lacking)
    with ExitStack() as stack:
        rig = stack.enter_context(Rig())
        os.environ["HOME"] = str(rig.folder)
        measure(f"127.0.0.1:{rig.server_port}", rig.serial, lambda component: rig.control("front", component), rounds)


if __name__ == "__main__":
    main()
