"""Loading a Qwen-VL checkpoint: what is needed of transformers, behind one typed edge."""

import importlib
import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, cast

import torch
from safetensors import SafetensorError

from sightline.agent.dialects.messages import Video
from sightline.agent.models.patches import Patches
from sightline.agent.models.prefix import KeyValues
from sightline.agent.models.quantise import LIBRARIES, Kind, quantisation, what_works
from sightline.agent.models.tower import Features, Tower, as_output
from sightline.agent.models.video import PAIR, joined, resized
from sightline.environments.base import Pixels
from sightline.tools.errors import InputError, Unavailable

FAMILIES = ("qwen2_vl", "qwen2_5_vl", "qwen3_vl", "qwen3_vl_moe")
DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


@dataclass(frozen=True)
class Options:
    """How a checkpoint is loaded and run; "auto" takes what suits the machine.

    ``quantise`` rounds the language model's weights. ``attention`` is a name that transformers knows. ``constrain``
    lets a grammar mask tokens. ``conversations`` is how many are remembered at once; 0 reads everything anew at every
    step.
    """

    device: str = "auto"
    dtype: Literal["auto", "float32", "float16", "bfloat16"] = "auto"
    quantise: Literal[""] | Kind = ""
    attention: Literal["auto", "sdpa", "eager", "flash_attention_2"] = "auto"
    constrain: bool = True
    temperature: float = 0.0
    seed: int = 0
    conversations: int = 4


class Parts:
    """A loaded checkpoint: its weights, tokenizer and picture processor, and the few things done with them."""

    def __init__(self, model: Any, tokenizer: Any, processor: Any, template: str | None, device: str) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._patches = Patches(processor)
        self._template = template
        self.device = device
        self.architecture = str(model.config.model_type)
        self.patch = self._patches.patch
        self.merge = self._patches.merge
        self.budget = self._patches.budget
        self.picture_token: int = model.config.image_token_id
        self.video_token: int = model.config.video_token_id
        self.ends = _ends(model, tokenizer)
        self.tokenise = lru_cache(maxsize=512)(self._tokenise)

    @property
    def memory(self) -> int:
        """Bytes that the weights take."""
        return int(self._model.get_memory_footprint())

    def decode(self, ids: list[int]) -> str:
        """Text of tokens, box and tool tokens included."""
        text: str = self._tokenizer.decode(ids, skip_special_tokens=False, clean_up_tokenization_spaces=False)
        return text

    def _tokenise(self, text: str) -> tuple[int, ...]:
        """Ids of a piece of text; most pieces of a conversation come again at its next step."""
        return tuple(self._tokenizer.encode(text, add_special_tokens=False))

    def render(self, messages: list[dict[str, Any]], going_on: bool) -> str:
        """The conversation as its chat template writes it, open for the assistant's next words."""
        text: str = self._tokenizer.apply_chat_template(
            messages,
            chat_template=self._template,
            tokenize=False,
            add_generation_prompt=not going_on,
            continue_final_message=going_on,
        )
        return text

    def prepare(self, pixels: Pixels) -> tuple[torch.Tensor, tuple[int, int, int]]:
        """Patches of a picture and its grid (frames, rows, columns)."""
        return self._patches.prepare(pixels)

    def prepare_video(self, video: Video) -> tuple[torch.Tensor, tuple[int, int, int]]:
        """Patches of a video and its grid: pairs of frames, rows, columns."""
        frames = [self.prepare(frame) for frame in resized(video, self.patch, self.merge)]
        pairs = [
            joined(one[0], other[0], self.patch) for one, other in zip(frames[::PAIR], frames[1::PAIR], strict=True)
        ]
        return torch.cat(pairs), (len(pairs), *frames[0][1][1:])

    @property
    def tells_times(self) -> bool:
        """Whether the times of a video are written into the text (Qwen3), rather than told by its positions."""
        return self.architecture.startswith("qwen3")

    def tower(self, room: int) -> Tower:
        """The vision tower, with a memory for so many pictures."""
        return Tower(self._model, self.device, room)

    def new_cache(self) -> KeyValues:
        from sightline.agent.models.room import roomy_cache

        return roomy_cache(self._model.config.get_text_config())

    def positions(self, ids: torch.Tensor, seen: dict[str, torch.Tensor], spacings: Sequence[float]) -> torch.Tensor:
        """M-RoPE positions (3 x tokens) of a stretch of one conversation, counted from its own beginning.

        ``seen`` is what `forward` gets of its pictures and videos, ``spacings`` the seconds between a video's frames.
        """
        grids: dict[str, Any] = {name: value for name, value in seen.items() if name.endswith("_grid_thw")}
        if not grids:
            return torch.arange(ids.shape[1]).expand(3, -1)
        if spacings:
            grids["second_per_grid_ts"] = torch.tensor([PAIR * spacing for spacing in spacings])
        kinds = (ids == self.picture_token).int() + 2 * (ids == self.video_token).int()
        positions, _ = self._model.model.get_rope_index(ids, mm_token_type_ids=kinds, **grids)
        return cast(torch.Tensor, positions)[:, 0]

    def forward(
        self,
        ids: torch.Tensor,
        positions: torch.Tensor,
        cache: KeyValues,
        seen: dict[str, torch.Tensor],
        features: Sequence[Features] = (),
    ) -> torch.Tensor:
        """Reads tokens (1 x n) after those in the cache, at positions 3 x n; logits (vocabulary) of the last one.

        ``features`` are those of the pictures, where ``seen`` does not hold their patches.
        """
        known = {"mm_encoder_outputs": {"image": as_output(features)}} if features else {}
        output = self._model(
            input_ids=ids.to(self.device),
            position_ids=positions[:, None].to(self.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
            **{name: value.to(self.device) for name, value in seen.items()},
            **known,
        )
        return cast(torch.Tensor, output.logits)[0, -1].cpu()


def load_parts(name: str, options: Options) -> Parts:
    """Loads a checkpoint from a folder, or by its hub name from what was downloaded before.

    Never downloads, never runs code that comes with a checkpoint, reads only safetensors. Raises InputError for a name
    that is no Qwen-VL checkpoint and Unavailable for one that is not here or does not fit.
    """
    transformers = _import_transformers()
    _check_folder(name)
    device = _choose_device(options.device)
    try:
        config = transformers.AutoConfig.from_pretrained(name, local_files_only=True, trust_remote_code=False)
        if config.model_type not in FAMILIES:
            raise InputError(f"{name}: a {config.model_type!r} checkpoint; expected one of {', '.join(FAMILIES)}")
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, local_files_only=True, trust_remote_code=False)
        processor = transformers.AutoImageProcessor.from_pretrained(
            name, local_files_only=True, trust_remote_code=False
        )
        model = _load_weights(transformers, name, options, device)
    except (OSError, ValueError, SafetensorError) as error:
        raise Unavailable(f"{name}: {_first_line(error)}; {_how_to_get(name)}") from None
    except ImportError as error:
        raise Unavailable(f"{name}: {_first_line(error)}; {_what_to_install(options)}") from None
    except torch.OutOfMemoryError:
        raise Unavailable(f"{name}: does not fit into the memory of {device}; {_how_to_get(name)}") from None
    except RuntimeError as error:
        if not options.quantise:
            raise
        raise Unavailable(f"{name}: {_first_line(error)}; on {device} expected {what_works(device)}") from None
    return Parts(model, tokenizer, processor, _template(name, tokenizer), device)


def _import_transformers() -> Any:
    try:
        import transformers
    except ImportError as error:
        raise Unavailable(
            f"a model in this process needs {error.name}, which is not installed; pip install 'sightline[qwen]'"
        ) from None
    return transformers


def _check_folder(name: str) -> None:
    folder = Path(name).expanduser()
    if folder.is_dir():
        if not (folder / "config.json").is_file():
            raise InputError(f"{name}: the folder has no config.json; expected a checkpoint saved by transformers")
        if not any(folder.glob("*.safetensors")):
            raise InputError(
                f"{name}: the folder has no *.safetensors; expected weights in that format, no other is read"
            )
        return
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", name):
        raise InputError(
            f"model {name!r}: no such folder; expected a folder or a hub name such as Qwen/Qwen2-VL-2B-Instruct"
        )
    from huggingface_hub import try_to_load_from_cache

    if not isinstance(try_to_load_from_cache(name, "config.json"), str):
        raise Unavailable(f"{name}: not on this machine; {_how_to_get(name)}")


def _choose_device(asked: str) -> str:
    if asked != "auto":
        try:
            return str(torch.empty(0, device=asked).device)
        except (RuntimeError, AssertionError) as error:
            raise Unavailable(f"device {asked!r}: {_first_line(error)}; expected cpu, cuda or mps") from None
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _choose_dtype(asked: str, device: str) -> torch.dtype:
    if asked != "auto":
        return DTYPES[asked]
    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return torch.float16 if device.startswith("mps") else torch.float32


def _load_weights(transformers: Any, name: str, options: Options, device: str) -> Any:
    bar = transformers.utils.logging
    (bar.enable_progress_bar if sys.stderr.isatty() else bar.disable_progress_bar)()
    given: dict[str, Any] = {"dtype": _choose_dtype(options.dtype, device)}
    if options.attention != "auto":
        given["attn_implementation"] = options.attention
    if options.quantise:
        given["quantization_config"] = quantisation(transformers, options.quantise)
        given["device_map"] = device
    model = transformers.AutoModelForImageTextToText.from_pretrained(
        name, local_files_only=True, trust_remote_code=False, use_safetensors=True, **given
    )
    return (model if options.quantise else model.to(device)).eval()


def _template(name: str, tokenizer: Any) -> str | None:
    """The chat template, where it is kept beside the tokenizer instead of in it."""
    if tokenizer.chat_template:
        return None
    hub: Any = importlib.import_module("transformers.utils.hub")
    for file in ("chat_template.jinja", "chat_template.json"):
        path = hub.cached_file(name, file, local_files_only=True, _raise_exceptions_for_missing_entries=False)
        if path:
            text = Path(path).read_text(encoding="utf-8")
            return text if file.endswith("jinja") else str(json.loads(text)["chat_template"])
    raise InputError(f"{name}: it has no chat template; expected an instruction-tuned checkpoint")


def _ends(model: Any, tokenizer: Any) -> frozenset[int]:
    kept: Any = model.generation_config.eos_token_id
    ends: list[int | None] = [*kept] if isinstance(kept, list) else [kept]
    return frozenset(end for end in (*ends, tokenizer.eos_token_id) if end is not None)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0].rstrip(".") if lines else type(error).__name__


def _what_to_install(options: Options) -> str:
    """Which package is missing, or does not fit, when transformers could not import something."""
    if options.quantise:
        return f"pip install {LIBRARIES[options.quantise]}"
    try:
        importlib.import_module("torchvision")
    except ImportError:
        return "pip install 'sightline[qwen]'"
    except RuntimeError:
        return f"torchvision does not fit torch {torch.__version__}: install the one made for it, or uninstall it"
    return "pip install --upgrade 'sightline[qwen]'"


def _how_to_get(name: str) -> str:
    """What to download and how much memory it takes, guessed from the parameters a hub name tells (``2B``)."""
    if Path(name).is_dir():
        return "check that the folder was copied whole"
    told = re.search(r"(\d+(?:\.\d+)?)[Bb]\b", name)
    size = ""
    if told:
        billions = float(told.group(1))
        size = f" (about {2.2 * billions:.0f} GB; as much memory in 16 bits, twice that in 32)"
    return f"fetch it first with `hf download {name}`{size}"
