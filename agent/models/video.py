"""Videos as models of the Qwen-VL family read them: frames at a size, two by two, with their times."""

import importlib
from typing import Any

import numpy as np
import torch
from PIL import Image

from sightline.agent.dialects.canvas import Budget, smart_resize
from sightline.agent.dialects.messages import Video
from sightline.environments.base import Pixels
from sightline.environments.geometry import Size

LEAST, MOST, ALL = 128, 768, 115_200
"""Tokens: of one frame at least and at most, and of a whole video. Source: ``qwen_vl_utils.vision_process``."""
PAIR = 2
"""Frames that share their tokens."""


def resized(video: Video, patch: int, merge: int) -> list[Pixels]:
    """The frames at the size at which they are read, an even number of them.

    Where qwen-vl-utils is installed, and torchvision that it needs, it resizes them; else Pillow does, to the size that
    it would choose.
    """
    frames = [*video.frames, *video.frames[-1:]] if len(video.frames) % PAIR else [*video.frames]
    try:
        prepare: Any = importlib.import_module("qwen_vl_utils").process_vision_info
    except (ImportError, RuntimeError):  # a torchvision that does not fit torch is a RuntimeError
        return _resized(frames, patch * merge)
    part = {"type": "video", "video": [Image.fromarray(frame) for frame in frames], "sample_fps": 1 / video.spacing}
    _, (ready,) = prepare([{"role": "user", "content": [part]}], image_patch_size=patch)
    return [frame.permute(1, 2, 0).round().clamp(0, 255).byte().numpy() for frame in ready]


def _resized(frames: list[Pixels], factor: int) -> list[Pixels]:
    height, width = frames[0].shape[:2]
    area = factor**2
    most = max(min(MOST * area, ALL * area * PAIR // len(frames)), int(1.05 * LEAST * area))
    size = smart_resize(Size(width=width, height=height), factor, Budget(LEAST * area, most))
    pictures = (Image.fromarray(frame).resize((size.width, size.height), Image.Resampling.BICUBIC) for frame in frames)
    return [np.asarray(picture) for picture in pictures]


def joined(earlier: torch.Tensor, later: torch.Tensor, patch: int) -> torch.Tensor:
    """Patches of two frames as one, given those of each (patches x values) as of a picture, which is a frame twice."""
    first, second = (each.view(len(each), -1, PAIR, patch**2) for each in (earlier, later))
    return torch.stack([first[:, :, 0], second[:, :, 1]], dim=2).reshape(earlier.shape)


def pair_times(video: Video) -> list[float]:
    """The time of each pair of frames, seconds: the middle between the two."""
    times = [*video.times, video.times[-1]] if len(video.times) % PAIR else [*video.times]
    return [float(np.mean(times[first : first + PAIR])) for first in range(0, len(times), PAIR)]
