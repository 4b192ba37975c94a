"""Language weights in fewer bits; the vision tower is left alone, since rounding it moves boxes."""

import importlib
from typing import Any, Literal

import torch

Kind = Literal["int8", "nf4", "int8wo", "int4"]
LIBRARIES: dict[Kind, str] = {
    "int8": "bitsandbytes",
    "nf4": "bitsandbytes",
    "int8wo": "torchao",
    "int4": "torchao mslk",
}
SPARED = ["model.visual", "visual", "lm_head"]
"""What keeps its weights: transformers 5 compares these with a module's whole name, older versions with its parts."""


def quantisation(transformers: Any, kind: Kind) -> Any:
    """The configuration that makes transformers round weights while it loads them; raises ImportError."""
    match kind:
        case "int8":
            return transformers.BitsAndBytesConfig(load_in_8bit=True, llm_int8_skip_modules=SPARED)
        case "nf4":
            return transformers.BitsAndBytesConfig(
                load_in_4bit=True,
                bnb_4bit_quant_type="nf4",
                bnb_4bit_compute_dtype=torch.bfloat16,
                llm_int8_skip_modules=SPARED,
            )
        case "int8wo" | "int4":
            torchao: Any = importlib.import_module("torchao.quantization")
            weights = torchao.Int4WeightOnlyConfig() if kind == "int4" else torchao.Int8WeightOnlyConfig()
            return transformers.TorchAoConfig(weights, modules_to_not_convert=SPARED)


def what_works(device: str) -> str:
    """The kinds that a device runs, in words."""
    kinds = [kind for kind in LIBRARIES if kind != "int4" or device != "cpu"]
    return f"quantise={', '.join(kinds)}"
