"""A key-value cache with room to grow, so that a token written does not copy all that was read before it."""

from typing import Any, cast

import torch
import transformers
from transformers.cache_utils import DynamicLayer

from sightline.agent.models.prefix import KeyValues

ROOM = 512
"""Tokens of room beyond what is held, when it has to be made anew: a long answer."""


class RoomyLayer(DynamicLayer):
    """One layer's keys and values, written into storage that is larger than they are.

    transformers' own joins old and new into fresh storage for every token, which at some thousand tokens takes longer
    than the layer itself.
    """

    _room: tuple[torch.Tensor, torch.Tensor] | None = None

    def update(
        self, key_states: torch.Tensor, value_states: torch.Tensor, *args: Any, **kwargs: Any
    ) -> tuple[torch.Tensor, torch.Tensor]:
        start = self.get_seq_length()
        if start == 0:
            self._room = None
            return cast(Any, super()).update(key_states, value_states, *args, **kwargs)
        end = start + key_states.shape[-2]
        held = cast(tuple[torch.Tensor, torch.Tensor], (self.keys, self.values))
        if self._room is None or self._room[0].shape[-2] < end:
            self._room = (_with_room(held[0], end + ROOM), _with_room(held[1], end + ROOM))
        keys, values = self._room
        keys[..., start:end, :] = key_states
        values[..., start:end, :] = value_states
        self.keys, self.values = keys[..., :end, :], values[..., :end, :]
        return self.keys, self.values


def _with_room(held: torch.Tensor, tokens: int) -> torch.Tensor:
    larger = held.new_empty((*held.shape[:-2], tokens, held.shape[-1]))
    larger[..., : held.shape[-2], :] = held
    return larger


def roomy_cache(config: Any) -> KeyValues:
    """An empty cache for a language model; layers of a kind other than the usual stay as transformers makes them."""
    cache: Any = transformers.DynamicCache(config=config)
    cache.layers = [RoomyLayer() if type(layer) is DynamicLayer else layer for layer in cache.layers]
    return cast(KeyValues, cache)
