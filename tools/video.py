"""Frames of a video file, each with the time at which it is shown."""

from pathlib import Path
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from sightline.tools.errors import InputError, Unavailable


def read_frames(
    path: Path, *, fps: float = 2.0, start: float = 0.0, end: float = float("inf"), most: int = 768
) -> tuple[tuple[NDArray[np.uint8], ...], tuple[float, ...]]:
    """Frames (height x width x 3, RGB) between two times in seconds, `fps` of them a second, and their exact times.

    Of every 1 / `fps` seconds the first frame is taken, and its own time is told, not the one that was asked for.
    Raises InputError for a file that is no video and for one with more than `most` frames to take, Unavailable without
    PyAV, which reads the file.
    """
    try:
        import av
        from av.error import FFmpegError
    except ImportError:
        raise Unavailable(
            "video files are read with av, which is not installed; pip install 'sightline[qwen]'"
        ) from None
    frames: list[NDArray[np.uint8]] = []
    times: list[float] = []
    try:
        with av.open(str(path)) as file:
            for frame in cast(Any, file).decode(video=0):
                time = float(frame.time or 0.0)
                if time > end:
                    break
                if time >= start + len(frames) / fps - 1e-6:
                    frames.append(frame.to_ndarray(format="rgb24"))
                    times.append(time)
                if len(frames) > most:
                    raise InputError(
                        f"{path}: more than {most} frames at {fps:g} a second; lower fps, or set start and end"
                    )
    except (FFmpegError, IndexError) as error:
        raise InputError(f"{path}: cannot be read as a video ({str(error) or 'no picture in it'})") from None
    return tuple(frames), tuple(times)
