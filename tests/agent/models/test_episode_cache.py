"""Answers from what was kept must be those of reading everything anew."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from sightline.agent.dialects.canvas import Canvas, Unit
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.agent.models.loading import Options
from sightline.agent.models.transformers import TransformersModel
from sightline.environments.base import Frame
from sightline.environments.geometry import Box, Size

EXACT = 1e-4


def picture(seed: int, width: int, height: int, crop: Box | None = None) -> Picture:
    noise = np.random.default_rng(seed).integers(0, 255, (height, width, 3), dtype=np.uint8)
    shown = Size(width=crop.width, height=crop.height) if crop else Size(width=width, height=height)
    return Picture(Frame(noise), Canvas(Size(width=width, height=height), shown, Unit.PER_1000, crop))


def user(*parts: str | Picture) -> Message:
    return Message("user", parts)


def assistant(text: str) -> Message:
    return Message("assistant", (text,))


@pytest.fixture(scope="module")
def cached(checkpoint: Path) -> Iterator[TransformersModel]:
    model = TransformersModel(str(checkpoint))
    yield model
    model.close()


@pytest.fixture(scope="module")
def anew(checkpoint: Path) -> TransformersModel:
    return TransformersModel(str(checkpoint), Options(conversations=0))


def difference(cached: TransformersModel, anew: TransformersModel, conversation: Conversation) -> float:
    return float((cached.logits(conversation) - anew.logits(conversation)).abs().max())


def test_several_pictures_of_several_sizes(cached: TransformersModel, anew: TransformersModel) -> None:
    conversation: Conversation = (Message("system", ("You are a helpful assistant.",)),)
    sizes = [(224, 448), (448, 224), (320, 320), (224, 448)]
    for step, (width, height) in enumerate(sizes):
        conversation = (*conversation, user(picture(step, width, height), f"step {step}"))
        assert difference(cached, anew, conversation) <= EXACT
        answer = cached.answer(conversation, limit=5)
        assert answer.text == anew.answer(conversation, limit=5).text
        conversation = (*conversation, assistant(answer.text))
    assert cached.answer((*conversation, user("and?")), limit=1).usage.pictures == 0


def test_crops_of_one_frame(cached: TransformersModel, anew: TransformersModel) -> None:
    whole, part = picture(9, 448, 448), picture(9, 448, 448, Box(left=96, top=0, right=320, bottom=224))
    conversation: Conversation = (user(whole, "where is it?"),)
    assert difference(cached, anew, conversation) <= EXACT
    conversation = (*conversation, assistant("there"), user("look closer ", part, " again"))
    assert difference(cached, anew, conversation) <= EXACT


def test_another_picture_of_the_same_size_is_read(cached: TransformersModel, anew: TransformersModel) -> None:
    first: Conversation = (user(picture(20, 224, 224), "what is it?"),)
    other: Conversation = (user(picture(21, 224, 224), "what is it?"),)
    assert not torch.allclose(cached.logits(first), anew.logits(other), atol=EXACT)
    assert difference(cached, anew, other) <= EXACT


def test_after_folding_old_pictures(cached: TransformersModel, anew: TransformersModel) -> None:
    shots = [picture(30 + step, 224, 224) for step in range(5)]

    def told(folded: int, until: int) -> Conversation:
        seen = [user("collapsed") if step < folded else user(shots[step], "next") for step in range(until)]
        return tuple(message for turn in seen for message in (turn, assistant("ok")))[:-1]

    for folded, until in ((0, 2), (0, 3), (2, 4), (2, 5)):
        assert difference(cached, anew, told(folded, until)) <= EXACT


def test_interleaved_conversations(cached: TransformersModel, anew: TransformersModel) -> None:
    one: Conversation = (user(picture(40, 448, 224), "first"),)
    two: Conversation = (user(picture(41, 224, 448), "second"),)
    for turn in range(3):
        assert difference(cached, anew, one) <= EXACT
        assert difference(cached, anew, two) <= EXACT
        one = (*one, assistant(f"a{turn}"), user(f"and {turn}?"))
        two = (*two, assistant(f"b{turn}"), user(picture(50 + turn, 224, 224), "now?"))
    assert cached.answer(one, limit=1).usage.pictures == 0


def test_going_on_from_own_words(cached: TransformersModel, anew: TransformersModel) -> None:
    conversation: Conversation = (user(picture(60, 224, 224), "where?"), assistant("<|box_start|>("))
    answer = cached.answer(conversation, limit=4)
    assert answer.text.startswith("<|box_start|>(")
    assert answer.text == anew.answer(conversation, limit=4).text


def test_only_what_is_unknown_is_encoded(cached: TransformersModel) -> None:
    cached.close()
    conversation: Conversation = (user(picture(70, 448, 448), "go"),)
    first = cached.answer(conversation, limit=3)
    again = cached.answer((*conversation, assistant(first.text), user(picture(71, 224, 224), "on")), limit=3)
    assert (first.usage.pictures, first.usage.reused) == (1, 0)
    assert again.usage.pictures == 1
    assert again.usage.reused >= first.usage.asked


def test_the_size_seen_is_told(cached: TransformersModel) -> None:
    answer = cached.answer((user(picture(80, 230, 230), "go"),), limit=1)
    side = round(230 / cached.factor) * cached.factor
    assert answer.seen == (Size(width=side, height=side),)


def test_what_is_remembered_is_bounded(cached: TransformersModel) -> None:
    sizes: list[int] = []
    for number in range(10):
        answer = cached.answer((user(picture(100 + number, 224, 224), f"screen {number}"),), limit=2)
        sizes.append(answer.usage.asked + 1)
    assert cached.remembered == sum(sizes[-4:])
    cached.close()
    assert cached.remembered == 0


def test_a_picture_is_looked_at_once(cached: TransformersModel, anew: TransformersModel) -> None:
    cached.close()
    shot, other = picture(120, 224, 448), picture(121, 448, 224)
    cached.answer((user("where is the title?", shot),), limit=2)
    again: Conversation = (user("what is asked for?", shot, " and beside it: ", other),)
    assert cached.answer(again, limit=2).usage.pictures == 1
    assert cached.answer((user("and now?", other, shot),), limit=2).usage.pictures == 0
    for question in (again, (user("once more", other, shot, other),)):
        assert difference(cached, anew, question) <= EXACT
    cached.close()
    assert cached.answer(again, limit=2).usage.pictures == 2


def test_folding_in_an_episode_is_exact(cached: TransformersModel, anew: TransformersModel) -> None:
    cached.close()
    shots = [picture(130 + step, 224, 224) for step in range(6)]
    before = tuple(message for shot in shots[:4] for message in (user("next: ", shot), assistant("go on")))
    cached.answer((user("a long task " * 40), *before, user(shots[4])), limit=2)
    folded: Conversation = (user("a long task " * 40), user("told", shots[4]), assistant("go on"), user(shots[5]))
    kept = cached.remembered
    answer = cached.answer(folded, limit=2)
    assert answer.usage.pictures == 1
    assert answer.usage.reused > 40
    assert answer.text == anew.answer(folded, limit=2).text
    assert cached.remembered < kept
    assert difference(cached, anew, folded) <= EXACT


def test_another_conversation_copies_a_common_beginning(cached: TransformersModel, anew: TransformersModel) -> None:
    cached.close()
    rules = Message("system", ("Rules for all. " * 40,))
    one: Conversation = (rules, user("first ", picture(140, 448, 448), picture(141, 448, 448)))
    two: Conversation = (rules, user("second ", picture(142, 224, 224)))
    cached.answer(one, limit=2)
    assert cached.answer(two, limit=2).usage.reused > 40
    assert difference(cached, anew, two) <= EXACT
    assert cached.answer((*one, assistant("ok"), user("and?")), limit=2).usage.pictures == 0
    assert difference(cached, anew, one) <= EXACT
