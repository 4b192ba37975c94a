"""One rig for all tests of a session, put back to how it was before each."""

from collections.abc import Callable, Iterator
from dataclasses import asdict

import pytest

from sightline.environments.android.environment import AndroidEnvironment
from sightline.environments.android.options import AndroidOptions
from tests.android_rig.framework import Switches
from tests.android_rig.rig import Rig, missing

Connect = Callable[..., AndroidEnvironment]


@pytest.fixture(scope="session")
def only_rig() -> Iterator[Rig]:
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    with Rig() as rig:
        yield rig


@pytest.fixture
def rig(only_rig: Rig) -> Rig:
    """The phone with the true adbd, as it comes out of the box, with the counter page in front."""
    if only_rig.adbd is None or only_rig.adbd.poll() is not None:  # a test before broke off while it was away
        only_rig.start_adbd()
        only_rig.connect()
    only_rig.set(**asdict(Switches()))
    scales = ("window_animation_scale", "transition_animation_scale", "animator_duration_scale")
    settings = "; ".join(f"settings put global {name} 1.0" for name in scales)
    only_rig.adb("shell", f"{settings}; wm size reset; ime set com.android.inputmethod.latin/.LatinIME")
    only_rig.control("front", "org.rig.counter/.Counter")
    return only_rig


@pytest.fixture
def options(rig: Rig) -> AndroidOptions:
    return rig_options(rig)


@pytest.fixture
def connect(rig: Rig) -> Iterator[Connect]:
    """Makes environments on the rig's phone: ``connect(capture="png")``."""
    made: list[AndroidEnvironment] = []

    def make(**options: object) -> AndroidEnvironment:
        made.append(AndroidEnvironment(rig_options(rig, **options)))
        return made[-1]

    yield make
    for environment in made:
        environment.close()


@pytest.fixture
def phone(connect: Connect) -> AndroidEnvironment:
    return connect()


def rig_options(rig: Rig, **options: object) -> AndroidOptions:
    known: dict[str, object] = {
        "kind": "android", "serial": rig.serial, "server": f"127.0.0.1:{rig.server_port}", "capture": "raw",
    }  # fmt: skip
    return AndroidOptions.model_validate(known | options)
