"""Qwen2-VL, 2.5 and 3 in this process, with the conversation read so far kept between steps.

The model is called directly rather than through ``generate``: every version of that guesses the positions of new
pictures after a cache anew, several of them wrongly, while positions given to ``forward`` are exact in all of them.
"""

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import torch

from sightline.agent.dialects.canvas import Budget, grid_size
from sightline.agent.dialects.messages import Conversation, Message, Picture, Video
from sightline.agent.models.base import Answer, Usage, prefill
from sightline.agent.models.decoding import Decoder, GrammarProcessor
from sightline.agent.models.grammar import Grammar
from sightline.agent.models.loading import Options, Parts, load_parts
from sightline.agent.models.prefix import Key, Prefix, Shelf
from sightline.agent.models.tower import Features
from sightline.agent.models.video import pair_times
from sightline.environments.geometry import Size
from sightline.tools.errors import InputError, Unavailable

LOOKED_AT = 4
"""Pictures of which the vision tower's answer is kept: those that may be read again soon."""
PADS = re.compile(r"<\|image_pad\|>|<\|video_pad\|>")
VIDEO = "<|vision_start|><|video_pad|><|vision_end|>"
CONTROL = (
    "<|im_start|>", "<|im_end|>", "<|endoftext|>", "<|vision_start|>", "<|vision_end|>", "<|image_pad|>",
    "<|video_pad|>",
)  # fmt: skip
"""What only a chat template may write: in a text that came from a screen these would open turns or claim pictures."""


@dataclass(frozen=True)
class Shown:
    """A picture or video in a sequence: its first token, and its grid (frames, rows, columns)."""

    sight: Picture | Video
    grid: tuple[int, int, int]
    first: int


class Look(NamedTuple):
    """What a model gets of pictures and videos: patches and grids by name, or what the vision tower made of them.

    ``spacings`` are the seconds between the frames of each video.
    """

    seen: dict[str, torch.Tensor]
    spacings: list[float]
    features: list[Features]


@dataclass(frozen=True)
class TokenSequence:
    """A conversation as token ids and what is shown in it; the tokens of a picture have its id as their key."""

    ids: list[int]
    keys: list[Key]
    shown: tuple[Shown, ...]


class TransformersModel:
    """A checkpoint of the Qwen-VL family, loaded from a folder or from what was downloaded from the hub before."""

    def __init__(self, name: str, options: Options | None = None) -> None:
        self._options = options or Options()
        self._parts = load_parts(name, self._options)
        self.name = name
        self._shelf = Shelf(self._options.conversations, self._parts.new_cache)
        self._tower = self._parts.tower(LOOKED_AT if self._options.conversations else 0)
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
        pictures = (shown.grid for shown in sequence.shown if isinstance(shown.sight, Picture))
        seen = tuple(grid_size(grid, self._parts.patch) for grid in pictures)
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
        self._tower.forget()

    def _generator(self) -> torch.Generator | None:
        if self._options.temperature <= 0:
            return None
        return torch.Generator().manual_seed(self._options.seed)

    def _decode(self, ids: list[int]) -> str:
        return self._parts.decode(ids)

    def _encode(self, conversation: Conversation) -> TokenSequence:
        if not conversation:
            raise InputError("the conversation is empty; expected at least one message")
        sights = [sight for message in conversation for sight in message.sights]
        rendered = self._parts.render([_as_template(message) for message in conversation], bool(prefill(conversation)))
        if self._parts.tells_times:
            rendered = with_times(rendered, [sight for sight in sights if isinstance(sight, Video)])
        pieces = PADS.split(rendered)
        grids = [self._grid(sight) for sight in sights]
        stretches = [self._stretches(sight, grid) for sight, grid in zip(sights, grids, strict=True)]
        expected = sum(len(counts) for counts in stretches) + 1
        if len(pieces) != expected:
            raise InputError(
                f"{self.name}: its chat template shows {len(pieces) - 1} of {expected - 1} pictures; "
                "expected a checkpoint of the Qwen-VL family"
            )
        ids, keys = list[int](), list[Key]()
        shown: list[Shown] = []
        rest = iter(pieces)

        def write(text: str) -> None:
            tokens = self._parts.tokenise(text)
            ids.extend(tokens)
            keys.extend(tokens)

        write(next(rest))
        for sight, grid, counts in zip(sights, grids, stretches, strict=True):
            shown.append(Shown(sight, grid, len(ids)))
            token = self._parts.picture_token if isinstance(sight, Picture) else self._parts.video_token
            for count in counts:
                ids.extend([token] * count)
                keys.extend([sight.id] * count)
                write(next(rest))
        return TokenSequence(ids, keys, tuple(shown))

    def _stretches(self, sight: Picture | Video, grid: tuple[int, int, int]) -> list[int]:
        """How many tokens stand together: all of a picture or video, or of each time where the text tells times."""
        together = 1 if isinstance(sight, Video) and self._parts.tells_times else grid[0]
        return [together * grid[1] * grid[2] // self._parts.merge**2] * (grid[0] // together)

    def _grid(self, sight: Picture | Video) -> tuple[int, int, int]:
        """The patches of a picture, asked of the processor once for each size, or of a video, once for each."""
        if isinstance(sight, Video):
            key = sight.id
        else:
            height, width = sight.pixels.shape[:2]
            key = str(Size(width=width, height=height))
        if key not in self._grids:
            self._grids[key] = self._prepare(sight)[1]
        return self._grids[key]

    def _prepare(self, sight: Picture | Video) -> tuple[torch.Tensor, tuple[int, int, int]]:
        if isinstance(sight, Video):
            return self._parts.prepare_video(sight)
        return self._parts.prepare(sight.pixels)

    @torch.inference_mode()
    def _read(self, prefix: Prefix, sequence: TokenSequence) -> torch.Tensor:
        """Reads what the prefix does not hold yet; returns the last token's logits."""
        start = len(prefix.keys)
        fresh = [shown for shown in sequence.shown if shown.first >= start]
        ids = torch.tensor([sequence.ids[start:]])
        seen, spacings, features = self._look(fresh)
        positions = self._parts.positions(ids, seen, spacings) + prefix.next_position
        logits = self._parts.forward(ids, positions, prefix.values, seen, features)
        prefix.extend(sequence.keys[start:], positions)
        return logits

    def _look(self, fresh: Sequence[Shown]) -> Look:
        """Looks at pictures and videos, at a picture only once where the tower can remember it."""
        pictures = [(shown.sight, shown.grid) for shown in fresh if isinstance(shown.sight, Picture)]
        videos = [(shown.sight, shown.grid) for shown in fresh if isinstance(shown.sight, Video)]
        features: list[Features] = []
        if self._tower.remembers and not videos:
            for picture, grid in pictures:
                features.append(self._tower.look(picture.id, grid, lambda shown=picture: self._prepare(shown)[0]))
        seen: dict[str, torch.Tensor] = {}
        for kind, sights in (("image", pictures), ("video", videos)):
            if sights:
                seen[f"{kind}_grid_thw"] = torch.tensor([grid for _, grid in sights])
            if sights and not features:
                values = "pixel_values" if kind == "image" else "pixel_values_videos"
                seen[values] = torch.cat([self._prepare(sight)[0] for sight, _ in sights])
        return Look(seen, [video.spacing for video, _ in videos], features)

    def _generate(self, sequence: TokenSequence, decoder: Decoder, limit: int) -> tuple[int, int]:
        """Writes the answer into the decoder; returns the tokens that were reused and the pictures encoded."""
        prefix = self._shelf.take(sequence.keys)
        reused = len(prefix.keys)
        fresh = [shown.sight for shown in sequence.shown if shown.first >= reused and shown.sight.id not in self._tower]
        encoded = sum(len(sight.frames) if isinstance(sight, Video) else 1 for sight in fresh)
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


def with_times(rendered: str, videos: Sequence[Video]) -> str:
    """The conversation with each pair of a video's frames under its time, as Qwen3-VL learnt it.

    Source: transformers 4.57 ``processing_qwen3_vl``. The one of 5.23 leaves a second pair of markers around them all.
    """
    first, *rest = rendered.split(VIDEO)
    told = ("".join(f"<{time:.1f} seconds>{VIDEO}" for time in pair_times(video)) for video in videos)
    return first + "".join(times + after for times, after in zip(told, rest, strict=False))


def _as_template(message: Message) -> dict[str, Any]:
    """A message as chat templates read it, with nothing in its text that only the template may write."""
    parts: list[dict[str, str]] = []
    for part in message.parts:
        match part:
            case str():
                parts.append({"type": "text", "text": _without_control(part)})
            case Picture():
                parts.append({"type": "image"})
            case Video():
                parts.append({"type": "video"})
    if message.role == "assistant":
        return {"role": "assistant", "content": _without_control(message.text)}
    return {"role": message.role, "content": parts}


def _without_control(text: str) -> str:
    for token in CONTROL:
        text = text.replace(token, token.replace("|", ""))
    return text
