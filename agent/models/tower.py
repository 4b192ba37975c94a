"""What a vision tower made of the last few pictures, so that one that is read again is not looked at again.

A picture is read again where the text before it has changed: old pictures gave way, an answer is asked for anew, or
another question is asked about the same screen. What the tower makes of it depends on the picture alone.
"""

import inspect
from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any, cast

import torch

Features = tuple[torch.Tensor, ...]
"""Of one picture: what stands in place of its tokens, and for Qwen3 what is added after the first layers."""


class Tower:
    """The vision tower of a loaded model; ``room`` is how many pictures it remembers."""

    def __init__(self, model: Any, device: str, room: int) -> None:
        self._model = model
        self._device = device
        self._room = room
        self._known: dict[str, Features] = {}

    @property
    def remembers(self) -> bool:
        """Whether this version of transformers lets features be given to a model, and any are to be kept."""
        return self._room > 0 and "mm_encoder_outputs" in inspect.signature(self._model.forward).parameters

    def __contains__(self, name: str) -> bool:
        return name in self._known

    def look(self, name: str, grid: tuple[int, int, int], prepare: Callable[[], torch.Tensor]) -> Features:
        """Features of the picture called `name`; `prepare` makes its patches, if they are wanted."""
        features = self._known.pop(name, None)
        if features is None:
            patches = prepare().to(self._device)
            where = torch.tensor([grid], device=self._device)
            made = self._model.model.get_image_features(patches, where, return_dict=True)
            later = [parts[0] for parts in getattr(made, "deepstack_features", None) or ()]
            features = cast(Features, (made.pooler_output[0], *later))
        self._known = dict([*self._known.items(), (name, features)][-self._room :])
        return features

    def forget(self) -> None:
        self._known.clear()


def as_output(pictures: Sequence[Features]) -> Any:
    """Features of several pictures as transformers' models hand them on."""
    first, *later = zip(*pictures, strict=True)
    return SimpleNamespace(pooler_output=first, deepstack_features=later)
