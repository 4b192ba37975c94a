"""The tokenizer, configuration and processor files of the tiny Qwen2-VL."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

import transformers
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers.models.qwen2.tokenization_qwen2 import PRETOKENIZE_REGEX

from benchmarks.tiny_model.screens import COLOURS, MAX_PIXELS, MIN_PIXELS, SHAPES

QUESTION = 'Output the bounding box in the image corresponding to the instruction "{}" with grounding.'
SYSTEM = "You are a helpful assistant."
SPECIAL = (
    "<|im_start|> <|im_end|> <|object_ref_start|> <|object_ref_end|> <|box_start|> <|box_end|> <|quad_start|> "
    "<|quad_end|> <|vision_start|> <|vision_end|> <|vision_pad|> <|image_pad|> <|video_pad|>"
).split()

library: Any = transformers
"""transformers' own annotations leave most of it unknown; this is where it is let in."""


class Words(Protocol):
    """What is used of transformers' `Qwen2Tokenizer`."""

    def __len__(self) -> int: ...
    def encode(self, text: str) -> list[int]: ...
    def decode(self, ids: Any) -> str: ...
    def convert_tokens_to_ids(self, token: str) -> int: ...
    def save_pretrained(self, folder: Path) -> object: ...


CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\n" + SYSTEM + "<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}{% else %}"
    "{% for part in message['content'] %}"
    "{% if part['type'] == 'image' %}<|vision_start|><|image_pad|><|vision_end|>"
    "{% elif part['type'] == 'video' %}<|vision_start|><|video_pad|><|vision_end|>"
    "{% elif 'text' in part %}{{ part['text'] }}{% endif %}"
    "{% endfor %}{% endif %}<|im_end|>\n"
    "{% endfor %}"
    "{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def build_tokenizer(texts: Sequence[str] = (), size: int = 480) -> Words:
    """Byte-level BPE with Qwen2's splitting (each digit a token of its own), learnt on the question and `texts`."""
    words = [SYSTEM, "system user assistant", QUESTION.format("the"), *COLOURS, *SHAPES, *texts]
    corpus = [*words, *(f" {word}" for word in words), *(f'"{colour}' for colour in COLOURS)] * 8
    bpe = Tokenizer(models.BPE())
    bpe.normalizer = normalizers.NFC()
    split = pre_tokenizers.Split(Regex(PRETOKENIZE_REGEX), behavior="isolated", invert=False)
    bytes_of = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    bpe.pre_tokenizer = pre_tokenizers.Sequence([split, bytes_of])
    bpe.decoder = decoders.ByteLevel()
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    bpe.train_from_iterator(
        corpus, trainers.BpeTrainer(vocab_size=size, initial_alphabet=alphabet, show_progress=False)
    )
    model: dict[str, Any] = json.loads(bpe.to_str())["model"]
    tokenizer = library.Qwen2Tokenizer(
        vocab=model["vocab"],
        merges=[tuple(pair) for pair in model["merges"]],
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        unk_token="<|endoftext|>",
        extra_special_tokens=SPECIAL,
        model_max_length=32768,
    )
    tokenizer.chat_template = CHAT_TEMPLATE
    return tokenizer


def build_model(tokenizer: Words) -> Any:
    """An untrained Qwen2-VL; rotary base 20 so that height and width turn far enough over a dozen patches."""
    number = tokenizer.convert_tokens_to_ids
    config = library.Qwen2VLConfig(
        text_config={
            "vocab_size": len(tokenizer),
            "hidden_size": 128,
            "intermediate_size": 384,
            "num_hidden_layers": 6,
            "num_attention_heads": 4,
            "num_key_value_heads": 4,
            "initializer_range": 0.06,
            "max_position_embeddings": 4096,
            "rope_parameters": {"rope_type": "default", "rope_theta": 20.0, "mrope_section": [4, 6, 6]},
            "bos_token_id": number("<|endoftext|>"),
            "eos_token_id": number("<|im_end|>"),
            "pad_token_id": number("<|endoftext|>"),
        },
        vision_config={
            "initializer_range": 0.06,
            "depth": 3,
            "embed_dim": 128,
            "hidden_size": 128,
            "num_heads": 4,
            "mlp_ratio": 2,
            "patch_size": 14,
            "spatial_merge_size": 2,
            "temporal_patch_size": 2,
        },
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=False,
    )
    return library.Qwen2VLForConditionalGeneration(config)


def save_checkpoint(model: Any, tokenizer: Words, folder: Path, most_pixels: int = MAX_PIXELS) -> None:
    """Writes what `from_pretrained` of the model, the tokenizer and the image processor read; weights in 16 bits."""
    model.generation_config.do_sample = False
    model.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    processor = library.Qwen2VLImageProcessorPil(size={"shortest_edge": MIN_PIXELS, "longest_edge": most_pixels})
    processor.save_pretrained(folder)
