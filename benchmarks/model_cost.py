"""What a step of an episode costs a model as the episode grows: ``python -m benchmarks.model_cost``.

Prints ratios for prefill work in this process with and without the kept conversation, what is kept, the bytes that one
step sends to a server, and the time to prepare a picture. The episodes are the policy's own, 1280x720 screens that all
differ; the weights are random and the answers fixed, since only the work is measured.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean, median

import numpy as np

from benchmarks.model_shapes import TRUE_BYTES, save_qwen3
from sightline.agent.dialects.canvas import Budget
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.agent.dialects.registry import dialect_named
from sightline.agent.grounders.vlm import canvas_for
from sightline.agent.models.base import Answer, Model
from sightline.agent.models.loading import Options
from sightline.agent.models.openai import Endpoint, OpenAIModel
from sightline.agent.models.transformers import TransformersModel
from sightline.agent.policies.vlm import VlmPolicy
from sightline.environments.actions import Press
from sightline.environments.base import Frame, Observation
from sightline.environments.geometry import Size
from sightline.tasks.records import Step

STEPS = 50
SHOWN = (1, 2, 5, 20, 50)
TIMED = "qwen3-vl"
"""The family that shows the most pictures, and so grows the most."""
FAMILIES = (TIMED, "gui-owl-1.5", "ui-tars-1.5", "qwen2.5-vl", "os-atlas", "aguvis")
CYCLES = 20
"""Steps in which the families that fold old pictures, every fourth or fifth step, do so a whole number of times."""
REASON = "Thought: The name of the article is in the search field, so I press Enter to look for it."


class Listening:
    """A model that says the same to each question; ``heard`` is the last one."""

    name, architecture = "listening", ""

    def __init__(self, said: str, factor: int | None, budget: Budget | None) -> None:
        self.factor, self.budget = factor, budget
        self.heard: Conversation = ()
        self._said = said

    def answer(self, conversation: Conversation, **_: object) -> Answer:
        self.heard = conversation
        return Answer(self._said)

    def close(self) -> None:
        """Nothing is held."""


def screens(count: int, width: int, height: int, seed: int = 0) -> Iterator[Frame]:
    """Frames that all differ."""
    noise = np.random.default_rng(seed)
    for _ in range(count):
        small = noise.integers(0, 255, (height // 20, width // 20, 3), dtype=np.uint8)
        yield Frame(np.kron(small, np.ones((20, 20, 1), np.uint8)))


def episode(family: str, asked: Model | None = None, steps: int = STEPS) -> Iterator[Conversation]:
    """What the policy asks at each step, its pictures as the model that is `asked` wants them."""
    dialect = dialect_named(family)
    said = f"{REASON}\n{dialect.write(Press(keys=('enter',)), dialect.canvas(Size(width=1280, height=720)))}"
    model = Listening(said, asked.factor if asked else None, asked.budget if asked else None)
    policy, past = VlmPolicy("find the price", model, dialect, platform="desktop"), list[Step]()
    for number, frame in enumerate(screens(steps, 1280, 720), 1):
        decision = policy.decide(Observation(frame), past)
        past.append(Step(number=number, frame=frame.id, decision=decision))
        yield model.heard


def resident() -> float:
    """MiB of this process that are in memory now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096 / 2**20


def tokens(folder: Path) -> None:
    """Tokens read at each step of whole episodes, and what is kept for the next one."""
    print(f"tokens read by one step, the conversation kept : read anew\n{'':13}{_row(f'step {n}' for n in SHOWN)}")
    totals = ["steps 31 to 50 : steps 2 to 5, kept: tokens in the median, in the mean; the dearest step : step 2"]
    memory = ["kept after steps 10, 30 and 50: tokens (MiB in 16 bits with Qwen3-VL-2B); MiB of this process"]
    for family in FAMILIES:
        model, read, asked = TransformersModel(str(folder)), list[int](), list[int]()
        kept: list[str] = []
        for question in episode(family, model):
            usage = model.answer(question, limit=1).usage
            read.append(usage.asked - usage.reused)
            asked.append(usage.asked)
            if len(read) in (10, 30, 50):
                kept.append(f"{model.remembered} ({model.remembered * TRUE_BYTES / 2**20:.0f}); {resident():.0f}")
        model.close()
        print(f"  {family:11}{_row(f'{read[n - 1]} : {asked[n - 1]}' for n in SHOWN)}", flush=True)
        late, early = read[-CYCLES:], read[1:5]
        shares = median(late) / median(early), mean(late) / mean(early), max(read[1:]) / read[1]
        totals.append(f"  {family:11}{_row(f'{share:.2f}' for share in shares)}")
        memory.append(f"  {family:11}{_row(kept)}")
    print("\n".join((*totals, *memory)))


def _row(cells: Sequence[str] | Iterator[str]) -> str:
    return "".join(f"{cell:>18}" for cell in cells)


def seconds(folder: Path) -> None:
    """CPU seconds of some steps, kept and anew in turn, with layers as wide as the published Qwen3-VL-2B's."""
    model = TransformersModel(str(folder), Options(conversations=1))
    questions = list(episode(TIMED, model))
    folding = max(n for n in range(2, STEPS) if _pictures(questions[n - 1]) < _pictures(questions[n - 2]))
    print(f"prefill of one step, {TIMED}, one vision and two language layers of Qwen3-VL-2B's width in float32")
    print("                        CPU s kept / anew     anew : kept")
    spent: dict[int, float] = {}
    for number in (*SHOWN, folding):
        model.close()
        anew = _timed(model, questions[number - 1])
        spent[number] = anew if number == 1 else min(_again(model, questions, number, 1 if number == folding else 2))
        pictures = f"{_pictures(questions[number - 1])} pictures"
        print(f"  step {number:>2}, {pictures}   {spent[number]:>9.2f} / {anew:<9.2f} {anew / spent[number]:>8.1f}")
    print(f"  step 50 : step 2, kept {spent[50] / spent[2]:.2f}")
    print(
        f"  step {folding}, where old pictures give way, as every fifth step : step 2 {spent[folding] / spent[2]:.2f}"
    )


def _again(model: TransformersModel, questions: Sequence[Conversation], number: int, times: int) -> Iterator[float]:
    """The seconds of a step after the one before it, to which there is a cheap way back except over a fold.

    Each time its screen is one that was never looked at.
    """
    for screen in screens(times, 1280, 720, seed=1):
        model.answer(questions[number - 2], limit=1)
        *before, last = questions[number - 1]
        parts = tuple(Picture(screen, part.canvas) if isinstance(part, Picture) else part for part in last.parts)
        yield _timed(model, (*before, Message(last.role, parts)))


def _timed(model: TransformersModel, question: Conversation) -> float:
    began = time.process_time()
    model.answer(question, limit=1)
    return time.process_time() - began


def _pictures(question: Conversation) -> int:
    return sum(len(message.pictures) for message in question)


def preparation(folder: Path) -> None:
    """Milliseconds to make what a model reads of one frame."""
    model, dialect = TransformersModel(str(folder)), dialect_named(TIMED)
    print(f"one picture, CPU ms ({'with' if 'torchvision' in sys.modules else 'without'} torchvision)")
    for name, width, height in (("720p", 1280, 720), ("1080p", 1920, 1080), ("4K", 3840, 2160)):
        drawing, making = list[float](), list[float]()
        seen = dialect.canvas(Size(width=width, height=height), factor=model.factor).seen
        for frame in screens(5, width, height):
            picture = Picture(frame, canvas_for(model, dialect, frame, "computer"))
            began = time.process_time()
            pixels = picture.pixels
            drawn = time.process_time()
            model.parts.prepare(pixels)
            drawing.append(1000 * (drawn - began))
            making.append(1000 * (time.process_time() - drawn))
        print(f"  {name:>5}  {min(drawing):6.1f} to resize it to {seen}, {min(making):6.1f} to make patches of it")


def sent() -> None:
    """Bytes of the request at some steps, with the pictures that the families show."""
    print(f"request of one step, bytes at step 1 and as multiples of that\n{'':13}{_row(f'step {n}' for n in SHOWN)}")
    model = OpenAIModel(Endpoint("http://127.0.0.1:9/v1", "none"))
    for family in FAMILIES:
        sizes = [len(json.dumps(model.request(asked), separators=(",", ":"))) for asked in episode(family)]
        cells = (str(sizes[0]), *(f"{sizes[n - 1] / sizes[0]:.1f}" for n in SHOWN[1:]))
        print(f"  {family:11}{_row(cells)}, at most {max(sizes) / sizes[0]:.1f}")
    model.close()


def texts() -> list[str]:
    """What is said in these episodes, for a tokenizer to learn from."""
    asked = (question for family in FAMILIES for question in episode(family, steps=3))
    return [message.text for question in asked for message in question]


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--only", choices=("tokens", "seconds", "preparation", "sent"))
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        slim, true = Path(scratch) / "slim", Path(scratch) / "true"
        if given.only in (None, "tokens", "preparation"):
            save_qwen3(slim, texts(), slim=True)
        if given.only in (None, "tokens"):
            tokens(slim)
        if given.only in (None, "seconds"):
            save_qwen3(true, texts(), slim=False)
            seconds(true)
        if given.only in (None, "preparation"):
            preparation(slim)
        if given.only in (None, "sent"):
            sent()
