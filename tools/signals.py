"""Being asked to end, as a CI job is when it is cancelled: treated like Ctrl-C, so that everything is taken down."""

import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType


class Terminated(KeyboardInterrupt):
    """This process got SIGTERM."""


@contextmanager
def ending_on_sigterm() -> Generator[None]:
    """Within the block SIGTERM raises `Terminated` in the main thread, once: taking down is not interrupted again.

    Does nothing in another thread, where Python has no signals.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked = False

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal asked
        if not asked:
            asked = True
            raise Terminated("ended by SIGTERM")

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
