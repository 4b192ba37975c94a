"""A video asked of each generation: its logits are those of transformers' own way, its times are the frames' own."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
import torch

from benchmarks.tiny_model.checkpoint import library
from sightline.agent.dialects.canvas import Canvas, Unit
from sightline.agent.dialects.messages import Conversation, Message, Picture, Video
from sightline.agent.models.loading import Options
from sightline.agent.models.openai import Endpoint, OpenAIModel
from sightline.agent.models.transformers import TransformersModel
from sightline.agent.models.video import pair_times, resized
from sightline.environments.base import Frame, Pixels
from sightline.environments.geometry import Size
from sightline.tools.errors import InputError
from sightline.tools.video import read_frames

EXACT = 1e-4
SHAPES = {14: (336, 392), 16: (384, 448)}
"""Width and height, by patch: sizes that processors and qwen-vl-utils leave alone, as pictures and as videos."""


def moving(count: int, patch: int = 14) -> tuple[Pixels, ...]:
    """Noise with a square that moves across."""
    width, height = SHAPES[patch]
    screen = np.random.default_rng(count).integers(0, 255, (height, width, 3), dtype=np.uint8)
    frames: list[Pixels] = []
    for number in range(count):
        frame = screen.copy()
        frame[40:120, 20 * number : 20 * number + 60] = (255, 0, 0)
        frames.append(frame)
    return tuple(frames)


def clip(model: TransformersModel, count: int = 6, fps: float = 2.0) -> Video:
    return Video(moving(count, model.parts.patch), tuple(number / fps for number in range(count)))


def asked(*parts: str | Picture | Video) -> Conversation:
    return (Message("user", parts),)


def patches_of(video: Video, model: TransformersModel) -> tuple[torch.Tensor, torch.Tensor]:
    """Patches and grid by the formula of transformers' video processors, which need torchvision to be called."""
    patch, merge = model.parts.patch, model.parts.merge
    frames = torch.tensor(np.stack(video.frames)).permute(0, 3, 1, 2).float() / 255
    mean = torch.tensor([0.48145466, 0.4578275, 0.40821073]).view(1, 3, 1, 1)
    spread = torch.tensor([0.26862954, 0.26130258, 0.27577711]).view(1, 3, 1, 1)
    ready = (frames - mean) / spread
    if len(ready) % 2:
        ready = torch.cat([ready, ready[-1:]])
    times, rows, columns = len(ready) // 2, ready.shape[2] // patch, ready.shape[3] // patch
    split = ready.view(times, 2, 3, rows // merge, merge, patch, columns // merge, merge, patch)
    flat = split.permute(0, 3, 6, 4, 7, 2, 1, 5, 8).reshape(times * rows * columns, -1)
    return flat, torch.tensor([[times, rows, columns]])


def their_logits(folder: Path, video: Video, model: TransformersModel) -> torch.Tensor:
    """What transformers' model says of a video, told as its processors tell it, positions left to the model."""
    tokenizer: Any = library.Qwen2Tokenizer.from_pretrained(folder)
    raw: Any = library.AutoModelForImageTextToText.from_pretrained(folder, dtype=torch.float32).eval()
    patches, grid = patches_of(video, model)
    messages = [{"role": "user", "content": [{"type": "video"}, {"type": "text", "text": "what moves?"}]}]
    text: str = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    times, rows, columns = (int(number) for number in grid[0])
    each = rows * columns // model.parts.merge**2
    block = "<|vision_start|>{}<|vision_end|>"
    if model.architecture == "qwen3_vl":
        ends = [(video.times[2 * number], video.times[2 * number : 2 * number + 2][-1]) for number in range(times)]
        stamps = [f"<{(first + last) / 2:.1f} seconds>" for first, last in ends]
        told = "".join(stamp + block.format("<|video_pad|>" * each) for stamp in stamps)
    else:
        told = block.format("<|video_pad|>" * each * times)
    ids = torch.tensor([tokenizer.encode(text.replace(block.format("<|video_pad|>"), told), add_special_tokens=False)])
    seconds = {"second_per_grid_ts": torch.tensor([1.0])} if model.architecture == "qwen2_5_vl" else {}
    kinds = 2 * (ids == raw.config.video_token_id).int()
    with torch.inference_mode():
        output = raw(
            input_ids=ids, mm_token_type_ids=kinds, pixel_values_videos=patches, video_grid_thw=grid, **seconds
        )
    return cast(torch.Tensor, output.logits)[0, -1]


@pytest.mark.parametrize("count", [6, 5])
def test_logits_are_those_of_transformers(checkpoint: Path, count: int) -> None:
    model = TransformersModel(str(checkpoint))
    video = clip(model, count)
    difference = model.logits(asked(video, "what moves?")) - their_logits(checkpoint, video, model)
    assert float(difference.abs().max()) <= EXACT


def test_logits_are_those_of_their_processors_and_qwen_vl_utils(checkpoint: Path) -> None:
    utils: Any = pytest.importorskip("qwen_vl_utils", reason="qwen-vl-utils needs torchvision", exc_type=ImportError)
    model = TransformersModel(str(checkpoint))
    video = clip(model)
    names = {"qwen2_vl": "Qwen2VL", "qwen2_5_vl": "Qwen2_5_VL", "qwen3_vl": "Qwen3VL"}
    kind = names[model.architecture]
    videos: Any = getattr(library, "Qwen3VLVideoProcessor" if kind == "Qwen3VL" else "Qwen2VLVideoProcessor")
    mean, spread = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)
    tokenizer: Any = library.Qwen2Tokenizer.from_pretrained(checkpoint)
    processor: Any = getattr(library, f"{kind}Processor")(
        library.AutoImageProcessor.from_pretrained(checkpoint),
        tokenizer,
        videos(patch_size=model.parts.patch, image_mean=mean, image_std=spread),
        chat_template=tokenizer.chat_template,
    )
    from PIL import Image

    part = {"type": "video", "video": [Image.fromarray(frame) for frame in video.frames], "sample_fps": 2.0}
    messages = [{"role": "user", "content": [part, {"type": "text", "text": "what moves?"}]}]
    _, (prepared,), options = utils.process_vision_info(
        messages, return_video_kwargs=True, return_video_metadata=True, image_patch_size=model.parts.patch
    )
    text: str = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    if kind == "Qwen3VL":  # whose processor of 4.57 put the times in place of the whole block, and 5.23 of the pad only
        text = text.replace("<|vision_start|><|video_pad|><|vision_end|>", "<|video_pad|>")
    inputs = processor(
        text=[text], videos=[prepared[0]], video_metadata=[prepared[1]], do_resize=False, return_tensors="pt", **options
    )
    raw: Any = library.AutoModelForImageTextToText.from_pretrained(checkpoint, dtype=torch.float32).eval()
    with torch.inference_mode():
        theirs = raw(**inputs).logits[0, -1]
    assert float((model.logits(asked(video, "what moves?")) - theirs).abs().max()) <= EXACT


def test_order_and_times_matter(checkpoint: Path) -> None:
    model = TransformersModel(str(checkpoint), Options(conversations=0))
    video = clip(model)
    usual = model.logits(asked(video, "what moves?"))
    backwards = model.logits(asked(Video(video.frames[::-1], video.times), "what moves?"))
    slower = model.logits(asked(Video(video.frames, tuple(4 * time for time in video.times)), "what moves?"))
    assert not torch.allclose(usual, backwards, atol=EXACT)
    assert torch.allclose(usual, slower, atol=EXACT) == (model.architecture == "qwen2_vl")  # which is told no times


def test_what_was_watched_is_kept(checkpoint: Path) -> None:
    cached, anew = TransformersModel(str(checkpoint)), TransformersModel(str(checkpoint), Options(conversations=0))
    first, second = clip(cached, 24, fps=0.5), clip(cached, 4)
    size = Size(width=448, height=224)
    shot = Picture(Frame(np.full((224, 448, 3), 90, np.uint8)), Canvas(size, size, Unit.PER_1000))
    conversation = asked(first, "what moves?")
    assert cached.answer(conversation, limit=1).usage.pictures == 24
    for step in ((Message("assistant", ("it",)), Message("user", ("and", shot, "?"))), (Message("user", (second,)),)):
        conversation = (*conversation, *step)
        assert float((cached.logits(conversation) - anew.logits(conversation)).abs().max()) <= EXACT
    usage = cached.answer((*conversation, Message("user", ("so?",))), limit=1).usage
    assert (usage.pictures, usage.reused > 0) == (0, True)


def test_a_long_video_is_shown_smaller(checkpoint_of: Callable[[str], Path]) -> None:
    frames = tuple(np.full((1080, 1920, 3), shade, np.uint8) for shade in range(0, 200, 2))
    few, many = (Video(frames[:count], tuple(map(float, range(count)))) for count in (4, 100))
    sizes = [resized(video, 14, 2)[0].shape[:2] for video in (few, many)]
    assert all(side % 28 == 0 for size in sizes for side in size)
    assert sizes[0][0] * sizes[0][1] <= 768 * 28 * 28
    assert sizes[1][0] * sizes[1][1] <= sizes[0][0] * sizes[0][1]


def test_uneven_times_are_told_as_they_are() -> None:
    video = Video(moving(5), (0.0, 0.4, 3.0, 3.1, 7.25))
    assert pair_times(video) == pytest.approx([0.2, 3.05, 7.25])
    assert video.spacing == pytest.approx(7.25 / 4)


@pytest.mark.parametrize(
    ("frames", "times", "said"),
    [
        (moving(2), (0.0,), "2 frames and 1 times"),
        (moving(1), (0.0,), "two at least"),
        (moving(2), (1.0, 1.0), "do not rise"),
        ((*moving(1), *moving(1, 16)), (0.0, 1.0), "differ in size"),
    ],
)
def test_what_is_no_video(frames: tuple[Pixels, ...], times: tuple[float, ...], said: str) -> None:
    with pytest.raises(InputError, match=said):
        Video(frames, times)


def test_a_server_is_sent_no_video() -> None:
    model = OpenAIModel(Endpoint("http://127.0.0.1:1/v1", "m"))
    with pytest.raises(InputError, match="cannot be sent to a server"):
        model.answer(asked(Video(moving(2), (0.0, 1.0))))
    model.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A film of three seconds, eight frames a second, that grows brighter from frame to frame."""
    path = tmp_path / "film.mp4"
    with av.open(str(path), "w") as opened:
        film: Any = opened
        stream = film.add_stream("mpeg4", rate=8)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for number in range(24):
            frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), 10 * number, np.uint8), format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, 8)
            film.mux(stream.encode(frame))
        film.mux(stream.encode(None))
    return path


def test_a_file_is_read_with_its_own_times(file: Path) -> None:
    frames, times = read_frames(file, fps=2)
    assert times == (0.0, 0.5, 1.0, 1.5, 2.0, 2.5)
    assert [frame.shape for frame in frames] == [(48, 64, 3)] * 6
    assert [float(frame.mean()) for frame in frames] == pytest.approx([0, 40, 80, 120, 160, 200], abs=6)
    _, some = read_frames(file, fps=3, start=1, end=2)
    assert some == (1.0, 1.375, 1.75, 2.0)
    Video(frames, times)


def test_a_file_that_cannot_be_watched(file: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="more than 5 frames"):
        read_frames(file, fps=8, most=5)
    (tmp_path / "none.mp4").write_bytes(b"no film")
    for path in (tmp_path / "none.mp4", tmp_path / "absent.mp4"):
        with pytest.raises(InputError, match="cannot be read as a video") as raised:
            read_frames(path)
        assert "\n" not in str(raised.value)
