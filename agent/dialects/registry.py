"""Finding a dialect by its name, by a checkpoint's name or by what its config says."""

from importlib.metadata import entry_points

from rapidfuzz import process

from sightline.agent.dialects.aguvis import AGUVIS
from sightline.agent.dialects.base import Dialect
from sightline.agent.dialects.gui_actor import GUI_ACTOR
from sightline.agent.dialects.gui_owl import GUI_OWL_1, GUI_OWL_15
from sightline.agent.dialects.holo import HOLO_15
from sightline.agent.dialects.os_atlas import OS_ATLAS
from sightline.agent.dialects.os_genesis import OS_GENESIS
from sightline.agent.dialects.qwen import QWEN2_VL, QWEN3_VL, QWEN25_VL, QWEN_VL
from sightline.agent.dialects.showui import SHOWUI
from sightline.agent.dialects.uground import UGROUND
from sightline.agent.dialects.ui_tars import UI_TARS_10, UI_TARS_15
from sightline.tools.errors import InputError

GROUP = "sightline.dialects"
"""The entry point group by which a package adds a dialect: an entry names a `Dialect` object."""

SHIPPED: tuple[Dialect, ...] = (
    QWEN_VL, QWEN2_VL, QWEN25_VL, QWEN3_VL, UI_TARS_10, UI_TARS_15, OS_ATLAS, SHOWUI, UGROUND, AGUVIS, OS_GENESIS,
    GUI_OWL_1, GUI_OWL_15, HOLO_15, GUI_ACTOR,
)  # fmt: skip

# Parts of checkpoint names, plain (lower case, letters, digits and dots), the telling ones before the general ones.
_CHECKPOINTS = (
    ("guiactor", "gui-actor"), ("osgenesis", "os-genesis"), ("osatlas", "os-atlas"), ("uground", "uground"),
    ("showui", "showui"), ("aguvis", "aguvis"), ("holo1", "holo1.5"), ("guiowl1.5", "gui-owl-1.5"),
    ("guiowl", "gui-owl-1"), ("uitars1.5", "ui-tars-1.5"), ("uitars", "ui-tars-1.0"), ("qwen3", "qwen3-vl"),
    ("qwen2.5vl", "qwen2.5-vl"), ("qwen2vl", "qwen2-vl"), ("qwenvl", "qwen-vl"),
)  # fmt: skip

_ARCHITECTURES = {
    "Qwen2VLForConditionalGeneration": "qwen2-vl",
    "Qwen2_5_VLForConditionalGeneration": "qwen2.5-vl",
    "Qwen3VLForConditionalGeneration": "qwen3-vl",
    "Qwen3VLMoeForConditionalGeneration": "qwen3-vl",
    "QWenLMHeadModel": "qwen-vl",
    "Qwen2VLForConditionalGenerationWithPointer": "gui-actor",
    "Qwen2_5_VLForConditionalGenerationWithPointer": "gui-actor",
    "qwen2_vl": "qwen2-vl",
    "qwen2_5_vl": "qwen2.5-vl",
    "qwen3_vl": "qwen3-vl",
    "qwen3_vl_moe": "qwen3-vl",
    "qwen3_5": "qwen3-vl",
}


def dialects() -> dict[str, Dialect]:
    """Every dialect by name: the shipped ones, then those that installed packages add. A name is taken once."""
    found = {dialect.name: dialect for dialect in SHIPPED}
    for entry in entry_points(group=GROUP):
        try:
            dialect: object = entry.load()
        except (ImportError, AttributeError) as error:
            raise InputError(f"entry point {entry.value} of {GROUP}: {error}; mend or uninstall that package") from None
        if not isinstance(dialect, Dialect):
            raise InputError(f"entry point {entry.value} of {GROUP} is no Dialect: see check_dialect in the docs")
        found.setdefault(dialect.name, dialect)
    return found


def dialect_named(name: str) -> Dialect:
    """The dialect of this name; raises InputError that names the nearest ones."""
    known = dialects()
    if name.strip().casefold() in known:
        return known[name.strip().casefold()]
    near = [match for match, _, _ in process.extract(name.casefold(), list(known), limit=3, score_cutoff=60)]
    meant = f"did you mean {' or '.join(near)}? " if near else ""
    raise InputError(f"unknown dialect {name!r}: {meant}Known are {', '.join(known)} (see `sightline dialects`)")


def dialect_for(checkpoint: str, architecture: str = "") -> Dialect:
    """The dialect a checkpoint speaks, by its name, else by what its config calls its architecture or model type.

    A name wins over the architecture: most families are fine-tunes of Qwen2-VL and share its class. Raises InputError
    that says how to choose one by hand.
    """
    known = dialects()
    if checkpoint.strip().casefold() in known:
        return known[checkpoint.strip().casefold()]
    plain = "".join(letter for letter in checkpoint.casefold() if letter.isalnum() or letter == ".")
    for part, name in _CHECKPOINTS:
        if part in plain:
            return known[name]
    if architecture in _ARCHITECTURES:
        return known[_ARCHITECTURES[architecture]]
    said = f" and architecture {architecture!r}" if architecture else ""
    raise InputError(
        f"no dialect is known for model {checkpoint!r}{said}: name one in the model's string, as in "
        f"NAME?dialect=qwen2-vl or NAME@URL?dialect=qwen2-vl (known are {', '.join(known)})"
    )
