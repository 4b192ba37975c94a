"""Qwen2-VL, 2.5 and 3 in this process, with the conversation read so far kept between steps.

The model is called directly rather than through ``generate``: every version of that guesses the positions of new
pictures after a cache anew, several of them wrongly, while positions given to ``forward`` are exact in all of them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch

from sightline.agent.dialects.canvas import Budget, grid_size
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.agent.models.base import Answer, Usage, prefill
from sightline.agent.models.decoding import Decoder, GrammarProcessor
from sightline.agent.models.grammar import Grammar
from sightline.agent.models.loading import Options, Parts, load_parts
from sightline.agent.models.prefix import Key, Prefix, Shelf
from sightline.environments.geometry import Size
from sightline.tools.errors import InputError, Unavailable

PAD = "<|image_pad|>"
CONTROL = ("<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|vision_start|>", "<|vision_end|>", PAD, "<|video_pad|>")
"""What only a chat template may write: in a text that came from a screen these would open turns or claim pictures."""


@dataclass(frozen=True)
class Shown:
    """A picture in a sequence: its tokens are ``first`` to ``first + count``, ``grid`` is frames, rows, columns."""

    picture: Picture
    grid: tuple[int, int, int]
    first: int
    count: int


@dataclass(frozen=True)
class TokenSequence:
    """A conversation as token ids and pictures; a picture's tokens have its id as their key."""

    ids: list[int]
    keys: list[Key]
    pictures: tuple[Shown, ...]


class TransformersModel:
    """A checkpoint of the Qwen-VL family, loaded from a folder or from what was downloaded from the hub before."""

    def __init__(self, name: str, options: Options | None = None) -> None:
        self._options = options or Options()
        self._parts = load_parts(name, self._options)
        self.name = name
        self._shelf = Shelf(self._options.conversations, self._parts.new_cache)
        self._grids: dict[str, tuple[int, int, int]] = {}

    @property
    def architecture(self) -> str:
        return self._parts.architecture

    @property
    def factor(self) -> int:
        return self._parts.patch * self._parts.merge

    @property
    def budget(self) -> Budget:
        return self._parts.budget

    @property
    def parts(self) -> Parts:
        """The loaded weights, tokenizer and picture processor."""
        return self._parts

    @property
    def remembered(self) -> int:
        """Tokens kept in memory for later steps."""
        return self._shelf.tokens

    def answer(
        self,
        conversation: Conversation,
        *,
        stop: tuple[str, ...] = (),
        grammar: str = "",
        limit: int = 1024,
        on_text: Callable[[str], None] | None = None,
    ) -> Answer:
        """The next turn; raises Unavailable when there is not enough memory for it."""
        started = time.monotonic()
        before = prefill(conversation)
        sequence = self._encode(conversation)
        processor = None
        if grammar and self._options.constrain:
            processor = GrammarProcessor(Grammar(grammar), self._decode, self._parts.ends, len(sequence.ids), before)
        decoder = Decoder(
            self._decode, self._parts.ends, stop, processor, self._options.temperature, self._generator(), on_text
        )
        try:
            reused, encoded = self._generate(sequence, decoder, limit)
        except torch.OutOfMemoryError:
            self.close()
            raise Unavailable(
                f"{self.name}: out of memory with {len(sequence.ids)} tokens; expected room on "
                f"{self._parts.device}; use a smaller model, quantise=nf4, fewer pictures or device=cpu"
            ) from None
        usage = Usage(
            asked=len(sequence.ids),
            reused=reused,
            answered=len(decoder.tokens),
            pictures=encoded,
            seconds=time.monotonic() - started,
        )
        seen = tuple(grid_size(shown.grid, self._parts.patch) for shown in sequence.pictures)
        return Answer(before + decoder.text, usage, decoder.complete, decoder.certainty, seen)

    def logits(self, conversation: Conversation) -> torch.Tensor:
        """Float32 logits (vocabulary) of the next token; reads and keeps the conversation as `answer` does."""
        sequence = self._encode(conversation)
        prefix = self._shelf.take(sequence.keys)
        logits = self._read(prefix, sequence)
        self._shelf.put(prefix)
        return logits.float()

    def close(self) -> None:
        self._shelf.clear()

    def _generator(self) -> torch.Generator | None:
        if self._options.temperature <= 0:
            return None
        return torch.Generator().manual_seed(self._options.seed)

    def _decode(self, ids: list[int]) -> str:
        return self._parts.decode(ids)

    def _encode(self, conversation: Conversation) -> TokenSequence:
        if not conversation:
            raise InputError("the conversation is empty; expected at least one message")
        pictures = [picture for message in conversation for picture in message.pictures]
        rendered = self._parts.render([_as_template(message) for message in conversation], bool(prefill(conversation)))
        pieces = rendered.split(PAD)
        if len(pieces) != len(pictures) + 1:
            raise InputError(
                f"{self.name}: its chat template shows {len(pieces) - 1} of {len(pictures)} pictures; "
                "expected a checkpoint of the Qwen-VL family"
            )
        ids, keys = list[int](), list[Key]()
        shown: list[Shown] = []
        for index, piece in enumerate(pieces):
            tokens = self._parts.tokenise(piece)
            ids.extend(tokens)
            keys.extend(tokens)
            if index < len(pictures):
                picture = pictures[index]
                grid = self._grid(picture)
                count = grid[0] * grid[1] * grid[2] // self._parts.merge**2
                shown.append(Shown(picture, grid, len(ids), count))
                ids.extend([self._parts.picture_token] * count)
                keys.extend([picture.id] * count)
        return TokenSequence(ids, keys, tuple(shown))

    def _grid(self, picture: Picture) -> tuple[int, int, int]:
        """The patches of a picture, asked of the processor once for each size."""
        height, width = picture.pixels.shape[:2]
        size = str(Size(width=width, height=height))
        if size not in self._grids:
            self._grids[size] = self._parts.prepare(picture.pixels)[1]
        return self._grids[size]

    @torch.inference_mode()
    def _read(self, prefix: Prefix, sequence: TokenSequence) -> torch.Tensor:
        """Reads what the prefix does not hold yet; returns the last token's logits."""
        start = len(prefix.keys)
        fresh = [shown for shown in sequence.pictures if shown.first >= start]
        ids = torch.tensor([sequence.ids[start:]])
        given: dict[str, torch.Tensor] = {}
        if fresh:
            prepared = [self._parts.prepare(shown.picture.pixels)[0] for shown in fresh]
            given = {"pixel_values": torch.cat(prepared), "image_grid_thw": torch.tensor([s.grid for s in fresh])}
        positions = self._parts.positions(ids, given.get("image_grid_thw")) + prefix.next_position
        logits = self._parts.forward(ids, positions, prefix.values, given)
        prefix.extend(sequence.keys[start:], positions)
        return logits

    def _generate(self, sequence: TokenSequence, decoder: Decoder, limit: int) -> tuple[int, int]:
        """Writes the answer into the decoder; returns the tokens that were reused and the pictures encoded."""
        prefix = self._shelf.take(sequence.keys)
        reused = len(prefix.keys)
        encoded = sum(1 for shown in sequence.pictures if shown.first >= reused)
        logits = self._read(prefix, sequence)
        with torch.inference_mode():
            for written in range(1, limit + 1):
                token = decoder.choose(sequence.ids, logits)
                if token is None or written == limit:
                    break
                positions = torch.full((3, 1), prefix.next_position)
                logits = self._parts.forward(torch.tensor([[token]]), positions, prefix.values, {})
                prefix.extend([token], positions)
        self._shelf.put(prefix)
        return reused, encoded


def _as_template(message: Message) -> dict[str, Any]:
    """A message as chat templates read it, with nothing in its text that only the template may write."""
    parts: list[dict[str, str]] = []
    for part in message.parts:
        if isinstance(part, Picture):
            parts.append({"type": "image"})
        else:
            parts.append({"type": "text", "text": _without_control(part)})
    if message.role == "assistant":
        return {"role": "assistant", "content": _without_control(message.text)}
    return {"role": message.role, "content": parts}


def _without_control(text: str) -> str:
    for token in CONTROL:
        text = text.replace(token, token.replace("|", ""))
    return text
