"""Checkpoints with random weights whose work, not whose answers, is that of a published model."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.tiny_model.checkpoint import build_tokenizer, library

PATCH, MERGE = 16, 2
TRUE_BYTES = 2 * 28 * 8 * 128 * 2
"""What one token of Qwen3-VL-2B takes in a cache: keys and values, layers, heads, size of each, 16 bits."""
_TRUE_TEXT: dict[str, Any] = {
    "hidden_size": 2048,
    "intermediate_size": 6144,
    "num_hidden_layers": 2,
    "num_attention_heads": 16,
    "num_key_value_heads": 8,
    "head_dim": 128,
}
_TRUE_VISION: dict[str, Any] = {"depth": 1, "hidden_size": 1024, "intermediate_size": 4096, "num_heads": 16}
_SLIM_TEXT: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 32,
    "num_hidden_layers": 1,
    "num_attention_heads": 1,
    "num_key_value_heads": 1,
    "head_dim": 128,
}
_SLIM_VISION: dict[str, Any] = {"depth": 1, "hidden_size": 16, "intermediate_size": 16, "num_heads": 1}


def save_qwen3(folder: Path, texts: Sequence[str], *, slim: bool) -> None:
    """A Qwen3-VL as wide as the published 2B, but of one vision and two language layers instead of 24 and 28.

    The part whose work grows with the context so weighs a little more than in the real one; that has mergers beside
    (deepstack) which these few layers are spared. With ``slim`` all widths are tiny, for what only counts tokens. The
    tokenizer learns its words from ``texts``, so that they take about as many tokens as with the published one.
    """
    tokenizer = build_tokenizer(texts, 4000)
    number = tokenizer.convert_tokens_to_ids
    text, vision = (_SLIM_TEXT, _SLIM_VISION) if slim else (_TRUE_TEXT, _TRUE_VISION)
    turning = {
        "rope_type": "default",
        "rope_theta": 5e6,
        "mrope_section": [24, 20, 20],
        "mrope_interleaved": True,
    }
    tokens = {
        "vocab_size": len(tokenizer),
        "bos_token_id": number("<|endoftext|>"),
        "eos_token_id": number("<|im_end|>"),
        "pad_token_id": number("<|endoftext|>"),
    }
    patches = {"patch_size": PATCH, "spatial_merge_size": MERGE, "num_position_embeddings": 2304}
    config: Any = library.Qwen3VLConfig(
        text_config=text | tokens | {"rope_parameters": turning, "max_position_embeddings": 262144},
        vision_config=vision
        | patches
        | {"out_hidden_size": text["hidden_size"], "temporal_patch_size": 2, "deepstack_visual_indexes": []},
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
        tie_word_embeddings=True,
    )
    library.Qwen3VLForConditionalGeneration(config).half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    limits = {"shortest_edge": 65_536, "longest_edge": 16_777_216}
    library.Qwen2VLImageProcessorPil(size=limits, patch_size=PATCH).save_pretrained(folder)
