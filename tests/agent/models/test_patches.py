"""Patches must be those of transformers' own processor, to the last bit."""

from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from benchmarks.tiny_model.checkpoint import library
from sightline.agent.models.patches import Patches
from sightline.environments.base import Pixels

LIMITS = {"shortest_edge": 3136, "longest_edge": 1_003_520}


def processor(**given: Any) -> Any:
    return library.Qwen2VLImageProcessorPil(**{"size": LIMITS, **given})


def noise(width: int, height: int) -> Pixels:
    return np.random.default_rng(width).integers(0, 256, (height, width, 3), dtype=np.uint8)


def asked(processor: Any, pixels: Pixels) -> tuple[torch.Tensor, tuple[int, ...]]:
    ready = processor(images=[Image.fromarray(pixels)], return_tensors="pt")
    return ready["pixel_values"], tuple(ready["image_grid_thw"][0].tolist())


@pytest.mark.parametrize(
    ("given", "width", "height"),
    [
        ({}, 1288, 728),
        ({}, 56, 56),
        ({"patch_size": 16, "image_mean": [0.5, 0.4, 0.3], "image_std": [0.5, 0.6, 0.7]}, 1376, 768),
        ({"size": {"shortest_edge": 65_536, "longest_edge": 16_777_216}, "patch_size": 16}, 256, 1024),
        ({"temporal_patch_size": 1, "merge_size": 1}, 140, 98),
        ({"do_normalize": False}, 112, 84),
    ],
)
def test_pictures_of_the_right_size(given: dict[str, Any], width: int, height: int) -> None:
    theirs = processor(**given)
    pixels = noise(width, height)
    patches, grid = Patches(theirs).prepare(pixels)
    expected, their_grid = asked(theirs, pixels)
    assert grid == their_grid
    assert torch.equal(patches, expected)


@pytest.mark.parametrize(("width", "height"), [(230, 230), (1920, 1080), (30, 40)])
def test_pictures_that_the_processor_resizes(width: int, height: int) -> None:
    pixels = noise(width, height)
    patches, grid = Patches(processor()).prepare(pixels)
    expected, their_grid = asked(processor(), pixels)
    assert grid == their_grid
    assert torch.equal(patches, expected)


class Blurring:
    """A processor that does to a picture what cannot be learnt shade by shade."""

    def __init__(self) -> None:
        self._inner = processor()
        self.patch_size, self.merge_size, self.temporal_patch_size = 14, 2, 2
        self.size = LIMITS

    def __call__(self, images: list[Image.Image], return_tensors: str) -> Any:
        blurred = [image.resize((image.width // 2, image.height // 2)).resize(image.size) for image in images]
        return self._inner(images=blurred, return_tensors=return_tensors)


def test_a_processor_that_does_more_is_asked_about_every_picture() -> None:
    pixels = noise(112, 84)
    patches, _ = Patches(Blurring()).prepare(pixels)
    assert torch.equal(patches, asked(Blurring(), pixels)[0])
