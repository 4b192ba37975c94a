"""What a model has read already: key-value caches of conversations, found again by their longest common beginning.

A step of an episode adds an answer, some text and one picture to a conversation; everything before is the same and need
not be read again. What was read is kept as a list of keys, one per token: the token's id, or the id of the picture it
belongs to, so that another picture of the same size never passes for the first.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, Protocol

import torch

Key = int | str

OPENING = 64
"""Tokens; conversations that have nothing to do with each other share fewer: a template's first words."""


class Layer(Protocol):
    """One layer's keys and values, each 1 x heads x tokens x size."""

    keys: torch.Tensor
    values: torch.Tensor


class KeyValues(Protocol):
    """The part of transformers' `DynamicCache` that is used."""

    @property
    def layers(self) -> Sequence[Layer]: ...
    def get_seq_length(self) -> int: ...
    def crop(self, tokens_to_remove: int) -> None: ...
    def update(self, key_states: torch.Tensor, value_states: torch.Tensor, layer_idx: int) -> Any: ...


@dataclass
class Prefix:
    """The beginning of one conversation as a model has read it.

    ``positions`` is 3 x tokens (time, height, width). Rotary positions lag behind the number of tokens, since a picture
    of r x c tokens moves them on by only max(r, c); they are kept here with the conversation, never on the model, where
    another conversation would overwrite them.
    """

    keys: list[Key]
    values: KeyValues
    positions: torch.Tensor

    @classmethod
    def empty(cls, values: KeyValues) -> "Prefix":
        return cls([], values, torch.zeros((3, 0), dtype=torch.long))

    @property
    def next_position(self) -> int:
        """Where the next token stands: after the last one read, which a long video's times may have run ahead of."""
        return int(self.positions[:, -1].max()) + 1 if self.keys else 0

    def shared(self, keys: list[Key]) -> int:
        """How many of the first keys are the same."""
        return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(self.keys, keys, strict=False)))

    def goes_on(self, keys: list[Key], length: int) -> bool:
        """Whether `keys`, which share the first `length`, are a later step of the same conversation.

        They are when they share half of it, or, after old pictures gave way, show its last picture again and share more
        than the few tokens with which all conversations begin.
        """
        last = next((key for key in reversed(self.keys) if isinstance(key, str)), None)
        return 2 * length >= len(self.keys) or (length >= OPENING and last in keys)

    def cut(self, length: int) -> None:
        """Forgets everything after the first `length` tokens."""
        if length < len(self.keys):
            self.values.crop(length - len(self.keys))
            del self.keys[length:]
            self.positions = self.positions[:, :length]

    def copy(self, length: int, values: KeyValues) -> "Prefix":
        """The first `length` tokens once more, in the empty `values`."""
        for index, layer in enumerate(self.values.layers):
            values.update(layer.keys[:, :, :length], layer.values[:, :, :length], index)
        return Prefix(self.keys[:length], values, self.positions[:, :length])

    def extend(self, keys: list[Key], positions: torch.Tensor) -> None:
        """Notes what was just read into `values`."""
        self.keys.extend(keys)
        self.positions = torch.cat([self.positions, positions.to(self.positions.device)], dim=1)


class Shelf:
    """The prefixes of the last few conversations; the one used longest ago makes room for another."""

    def __init__(self, room: int, new: Callable[[], KeyValues]) -> None:
        self._room = room
        self._new = new
        self._prefixes: list[Prefix] = []

    def take(self, keys: list[Key]) -> Prefix:
        """The prefix to go on from: what was read of `keys` before, or nothing.

        An earlier step of the same conversation is removed from the shelf; of another one, which may go on itself, the
        common beginning is copied. The last key is never counted: its logits are wanted.
        """
        best = max(self._prefixes, key=lambda prefix: prefix.shared(keys[:-1]), default=None)
        length = best.shared(keys[:-1]) if best else 0
        if best is None or length == 0:
            return Prefix.empty(self._new())
        if not best.goes_on(keys, length):
            return best.copy(length, self._new())
        self._prefixes.remove(best)
        best.cut(length)
        return best

    def put(self, prefix: Prefix) -> None:
        """Keeps a prefix as the one used last."""
        self._prefixes = [*self._prefixes, prefix][-self._room :] if self._room else []

    def clear(self) -> None:
        self._prefixes.clear()

    @property
    def tokens(self) -> int:
        """Tokens kept, of all conversations together."""
        return sum(len(prefix.keys) for prefix in self._prefixes)
