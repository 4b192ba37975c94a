"""Taking what arrives until a deadline, from something that may block for longer than that."""

import time
from collections.abc import Callable, Iterable, Iterator
from queue import Empty, Queue
from threading import Event, Thread
from typing import TypeVar

Item = TypeVar("Item")


def arriving(
    items: Callable[[], Iterable[Item]], deadline: float, faults: tuple[type[Exception], ...]
) -> Iterator[Item]:
    """Yields items as another thread gets them; raises TimeoutError at `deadline`, a time of the monotonic clock.

    A timeout for each read is no deadline: a server that sends one byte a second never exceeds it. What still blocks
    then is left behind in its thread, which ends with the next item and never keeps the process alive. ``faults`` that
    are raised there are raised here.
    """
    arrived: Queue[tuple[Item] | Exception | None] = Queue()
    left = Event()

    def fetch() -> None:
        last: Exception | None = None
        try:
            for item in items():
                arrived.put((item,))
                if left.is_set():
                    break
        except faults as error:
            last = error
        finally:
            arrived.put(last)

    Thread(target=fetch, daemon=True).start()
    try:
        while (remaining := deadline - time.monotonic()) > 0:
            try:
                match arrived.get(timeout=remaining):
                    case None:
                        return
                    case (item,):
                        yield item
                    case error:
                        raise error
            except Empty:
                break
        raise TimeoutError
    finally:
        left.set()
