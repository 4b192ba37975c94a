"""What a model string may say, and what is said when the model is not there."""

import json
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sightline.agent.dialects.canvas import Canvas, Unit
from sightline.agent.dialects.messages import Conversation, Message, Picture
from sightline.agent.models.base import Model
from sightline.agent.models.choose import open_model, open_with_dialect
from sightline.agent.models.names import is_model, read_spec
from sightline.agent.models.openai import OpenAIModel
from sightline.agent.models.transformers import TransformersModel
from sightline.environments.base import Frame
from sightline.environments.geometry import Size
from sightline.tools.errors import InputError, Unavailable

TINY = Path(__file__).parents[2] / "models" / "tiny-qwen2-vl"
CheckpointOf = Callable[[str], Path]


def opened(text: str) -> Model:
    return open_model(read_spec(text))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no name"),
        ("?dtype=float32", "no name"),
        ("nowhere", "no such folder"),
        ("a/b/c", "no such folder"),
        ("m@ftp://host/v1", "is no address"),
        ("m@http://key:word@host/v1", "environment variable"),
        ("m@http://127.0.0.1:1/v1?tries=many", "tries=many"),
        ("m@http://127.0.0.1:1/v1?server=mine", "server"),
        ("m@http://127.0.0.1:1/v1?device=cpu", "'device' is not known; expected one of server, timeout"),
        ("some/model?dtype=int3", "dtype=int3"),
        ("some/model?color=red", "'color' is not known"),
        ("some/model?dtype", "no list of options"),
    ],
)
def test_a_string_that_names_no_model(text: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        opened(text)
    assert said in str(raised.value)
    assert "\n" not in str(raised.value)


def test_words_and_models_are_told_apart(tmp_path: Path) -> None:
    assert not any(is_model(word) for word in ("text", "elements", "cascade", "txet"))
    assert all(is_model(text) for text in (str(tmp_path), "a/b", "m@http://h/v1", "recorded:x"))


def test_a_server_is_opened_with_its_options() -> None:
    model = opened("a/b@http://127.0.0.1:1/v1?server=vllm&price=0.5/2&timeout=3")
    assert isinstance(model, OpenAIModel)
    assert model.name == "a/b"
    model.close()


def test_a_hub_name_that_was_not_downloaded() -> None:
    with pytest.raises(Unavailable, match=r"hf download Qwen/Qwen2-VL-7B-Absent` \(about 15 GB"):
        opened("Qwen/Qwen2-VL-7B-Absent")


def test_a_folder_that_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"config\.json"):
        opened(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "qwen2_vl"}')
    (tmp_path / "pytorch_model.bin").write_bytes(b"pickle")
    with pytest.raises(InputError, match="safetensors"):
        opened(str(tmp_path))
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "model.safetensors").write_bytes(b"")
    with pytest.raises(InputError, match="'bert'"):
        opened(str(tmp_path))


def test_a_checkpoint_that_was_cut_short(checkpoint_of: CheckpointOf, tmp_path: Path) -> None:
    broken = shutil.copytree(checkpoint_of("qwen2_vl"), tmp_path / "broken")
    weights = broken / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:5000])
    with pytest.raises(Unavailable, match="copied whole"):
        opened(str(broken))


def test_code_in_a_checkpoint_is_never_run(checkpoint_of: CheckpointOf, tmp_path: Path) -> None:
    folder = shutil.copytree(checkpoint_of("qwen2_vl"), tmp_path / "own-code")
    ran = tmp_path / "ran"
    (folder / "own.py").write_text(f"open({str(ran)!r}, 'w')\nclass Config: ...\nclass Model: ...\n")
    config = json.loads((folder / "config.json").read_text())
    config["auto_map"] = {"AutoConfig": "own.Config", "AutoModelForImageTextToText": "own.Model"}
    (folder / "config.json").write_text(json.dumps(config))
    assert isinstance(opened(str(folder)), TransformersModel)
    assert not ran.exists()


def test_a_device_that_is_not_there(checkpoint_of: CheckpointOf) -> None:
    with pytest.raises(Unavailable, match="expected cpu, cuda or mps"):
        opened(f"{checkpoint_of('qwen2_vl')}?device=cuda:7")


@pytest.mark.skipif(find_spec("bitsandbytes") is not None, reason="bitsandbytes is installed")
def test_a_library_that_is_not_there(checkpoint_of: CheckpointOf) -> None:
    with pytest.raises(Unavailable, match="pip install bitsandbytes"):
        opened(f"{checkpoint_of('qwen2_vl')}?quantise=nf4")


@pytest.mark.parametrize(
    ("kind", "library"), [("int8wo", "torchao"), ("int8", "bitsandbytes"), ("nf4", "bitsandbytes")]
)
def test_quantised_weights_answer_alike_and_spare_the_vision_tower(kind: str, library: str) -> None:
    pytest.importorskip(library, reason=f"{library} is not installed: quantise={kind} is not tested")
    whole, rounded = (opened(f"{TINY}?quantise={quantise}") for quantise in ("", kind))
    assert isinstance(whole, TransformersModel)
    assert isinstance(rounded, TransformersModel)
    size = Size(width=448, height=224)
    shot = Picture(Frame(np.full((224, 448, 3), 200, np.uint8)), Canvas(size, size, Unit.PER_1000))
    conversation: Conversation = (Message("user", (shot, "where?")),)
    before, after = whole.logits(conversation), rounded.logits(conversation)
    assert 0 < float((before - after).abs().max()) < 0.1 * float(before.abs().max())
    changed = {
        name.split(".")[1]
        for (name, one), (_, other) in zip(weights_of(whole), weights_of(rounded), strict=True)
        if type(one) is not type(other)
    }
    assert changed == {"language_model"}


def weights_of(model: TransformersModel) -> list[tuple[str, object]]:
    """The weights of its linear layers, by name; a quantised one is of a type of its own."""
    raw: Any = model.parts._model  # pyright: ignore[reportPrivateUsage]
    return [(name, layer.weight) for name, layer in raw.named_modules() if "Linear" in type(layer).__name__]


def test_the_dialect_follows_from_the_architecture(checkpoint_of: CheckpointOf) -> None:
    _, dialect = open_with_dialect(str(checkpoint_of("qwen2_vl")))
    assert dialect.name == "qwen2-vl"
    _, named = open_with_dialect(f"{checkpoint_of('qwen2_vl')}?dialect=ui-tars-1.0")
    assert named.name == "ui-tars-1.0"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision(checkpoint_of: CheckpointOf, dtype: str) -> None:
    model = opened(f"{checkpoint_of('qwen2_vl')}?dtype={dtype}&attention=eager")
    assert isinstance(model, TransformersModel)
    assert model.parts.memory < 600_000
