"""A picture as patches: what transformers' picture processor makes of one, for pictures that need no resizing.

The canvas has made a picture the right size already, so all that is left is to turn each shade into a number and to cut
the picture up. A processor goes through several floating copies of the whole picture for that, and takes more than
twice as long. The numbers are learnt from the processor itself, so they are its own to the last bit.
"""

import math
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from sightline.agent.dialects.canvas import Budget, smart_resize
from sightline.environments.base import Pixels
from sightline.environments.geometry import Size

Grid = tuple[int, int, int]
"""Frames, rows and columns of patches."""
Shades = NDArray[np.float32]
"""The number for each of 256 shades, 3 colours x 256."""


class Patches:
    """What a checkpoint's picture processor does, with its patch and merge size and its limits."""

    def __init__(self, processor: Any) -> None:
        self._processor = processor
        self.patch: int = processor.patch_size
        self.merge: int = processor.merge_size
        self._repeats: int = processor.temporal_patch_size
        size = processor.size
        self.budget = Budget(int(size["shortest_edge"]), int(size["longest_edge"]))
        self._shades = self._learn()

    def prepare(self, pixels: Pixels) -> tuple[torch.Tensor, Grid]:
        """Patches (patches x numbers, float32) of a picture (height x width x 3, RGB) and its grid."""
        if self._shades is None or not self._is_left_alone(pixels):
            return self._ask(pixels)
        return self._cut(pixels, self._shades), (1, pixels.shape[0] // self.patch, pixels.shape[1] // self.patch)

    def _ask(self, pixels: Pixels) -> tuple[torch.Tensor, Grid]:
        """What the processor itself says."""
        from PIL import Image

        ready = self._processor(images=[Image.fromarray(pixels)], return_tensors="pt")
        frames, rows, columns = (int(number) for number in ready["image_grid_thw"][0])
        return ready["pixel_values"], (frames, rows, columns)

    def _is_left_alone(self, pixels: Pixels) -> bool:
        size = Size(width=pixels.shape[1], height=pixels.shape[0])
        return smart_resize(size, self.patch * self.merge, self.budget) == size

    def _cut(self, pixels: Pixels, shades: Shades) -> torch.Tensor:
        """Patches, those of one token (`merge` x `merge`) after each other; a still is a film of equal frames."""
        import cv2

        patch, merge = self.patch, self.merge
        across, down = pixels.shape[1] // patch // merge, pixels.shape[0] // patch // merge
        patches = np.empty((down, across, merge, merge, 3, self._repeats, patch, patch), np.float32)
        for colour, plane in enumerate(cv2.split(pixels)):
            numbers = np.asarray(cv2.LUT(plane, shades[colour]), np.float32)
            blocks = numbers.reshape(down, merge, patch, across, merge, patch).transpose(0, 3, 1, 4, 2, 5)
            patches[:, :, :, :, colour] = blocks[:, :, :, :, None]
        return torch.as_tensor(patches.reshape(down * across * merge**2, -1))

    def _learn(self) -> Shades | None:
        """The processor's number for each shade, from a picture that has them all.

        None for a processor that does anything else to that picture: then it is asked about every picture.
        """
        factor = self.patch * self.merge
        side = math.ceil(max(16, math.sqrt(self.budget.least)) / factor) * factor
        picture = np.repeat(np.arange(side * side, dtype=np.uint8).reshape(side, side, 1), 3, axis=2)
        answer, grid = self._ask(picture)
        if grid != (1, side // self.patch, side // self.patch):
            return None
        told = cast(Shades, answer.numpy()).reshape(-1, 3, self._repeats, self.patch**2)
        places = self._cut(picture, np.tile(np.arange(256, dtype=np.float32), (3, 1)))
        shown = places.numpy().reshape(told.shape).astype(np.uint8)
        shades = np.zeros((3, 256), np.float32)
        for colour in range(3):
            shades[colour, shown[:, colour]] = told[:, colour]
        return shades if torch.equal(self._cut(picture, shades), answer) else None
