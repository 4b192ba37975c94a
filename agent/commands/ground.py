"""``sightline ground``: where in a picture is what a phrase names?"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from sightline.agent.grounders.base import Grounder
    from sightline.agent.models.meter import Meter
    from sightline.environments.base import Observation
    from sightline.tasks.records import Ambiguous, Found, NotFound, Usage


def ground(
    image: Annotated[Path, typer.Argument(help="A screenshot: PNG, JPEG or WebP.")],
    phrase: Annotated[str, typer.Argument(help="What to look for; - reads one phrase a line from standard input.")],
    grounder: Annotated[str, typer.Option("--grounder", help="What looks: text, or a model (./folder).")] = "text",
    json_: Annotated[bool, typer.Option("--json", help="Print a JSON object.")] = False,
    overlay: Annotated[Path | None, typer.Option("--overlay", help="Write the picture with what was found.")] = None,
    box: Annotated[bool, typer.Option("--box", help="Print the box (left top right bottom) and nothing else.")] = False,
) -> None:
    """Find what PHRASE names in IMAGE; all points and boxes are pixels of that image.

    Exits with 0 when it was found, 1 when it was not or when several things fit equally well, 2 for bad input.
    With - as phrase every line of standard input gets a JSON object on a line of its own, and the exit code is 0.
    What a model's answer cost is in the JSON object as "usage", else on standard error.
    """
    import sys

    from sightline.agent.grounders.registry import make_grounder
    from sightline.agent.models.meter import Meter
    from sightline.environments.base import Frame, Observation
    from sightline.tools.errors import InputError
    from sightline.tools.image import read_image

    if not phrase.strip():
        raise InputError(
            "the phrase is empty; expected what to look for, as in: sightline ground shot.png 'Save button'"
        )
    if grounder == "elements":
        raise InputError("grounder 'elements' needs a live screen, a picture has no elements; expected text")
    observation = Observation(Frame(read_image(image)))
    meter = Meter()
    looker = make_grounder(grounder, meter=meter)
    if phrase == "-":
        found = [_answer_line(line.strip(), looker, observation, meter) for line in sys.stdin]
    else:
        found = [(phrase, looker.find(phrase, observation))]
        typer.echo(_in_words(*found[0], observation, _usage(meter), json_=json_, box=box))
        if not json_:
            _tell_cost(meter)
    if overlay is not None:
        _draw(overlay, found, observation)
    if phrase != "-" and found[0][1].kind != "found":
        raise typer.Exit(1)


def _answer_line(
    phrase: str, grounder: "Grounder", observation: "Observation", meter: "Meter"
) -> "tuple[str, Found | NotFound | Ambiguous]":
    """Answer one line of standard input at once, so that another program can wait for it."""
    answer = grounder.find(phrase, observation)
    typer.echo(as_json(phrase, answer, observation, _usage(meter)))
    return phrase, answer


def _usage(meter: "Meter") -> "tuple[Usage, ...]":
    """What was asked of models since this was last called."""
    from sightline.tasks.records import total

    return total(answer.usage for answer in meter.take())


def _tell_cost(meter: "Meter") -> None:
    from sightline.tasks.words import tell_usage

    for usage in meter.usage:
        typer.echo(tell_usage(usage), err=True)


def as_json(
    phrase: str, answer: "Found | NotFound | Ambiguous", observation: "Observation", usage: "tuple[Usage, ...]" = ()
) -> str:
    """The answer as one line of JSON, with what it cost where a model was asked.

    Of several things that fit equally well it is the first in reading order; ``why`` then starts with *ambiguous*, and
    the confidence is shared among them.
    """
    import json

    best = _best(answer)
    size = observation.frame.size
    why = answer.why
    if answer.kind == "ambiguous":
        boxes = ", ".join(str(candidate.box) for candidate in answer.candidates[1:])
        why = f"ambiguous: {why}; this is the first, the others are at {boxes}"
    return json.dumps(
        {
            "phrase": phrase,
            "point": [best.point.x, best.point.y] if best else None,
            "box": [best.box.left, best.box.top, best.box.right, best.box.bottom] if best else None,
            "frame": [size.width, size.height],
            "confidence": best.confidence if best else 0.0,
            "why": why,
            **({"usage": [one.model_dump() for one in usage]} if usage else {}),
        },
        ensure_ascii=False,
    )


def _best(answer: "Found | NotFound | Ambiguous") -> "Found | None":
    match answer.kind:
        case "found":
            return answer
        case "ambiguous":
            return answer.candidates[0]
        case "not_found":
            return None


def _in_words(
    phrase: str,
    answer: "Found | NotFound | Ambiguous",
    observation: "Observation",
    usage: "tuple[Usage, ...]",
    *,
    json_: bool,
    box: bool,
) -> str:
    if json_:
        return as_json(phrase, answer, observation, usage)
    match answer.kind:
        case "found" if box:
            return f"{answer.box.left} {answer.box.top} {answer.box.right} {answer.box.bottom}"
        case "found":
            return f"found at {answer.point}, box {answer.box}, confidence {answer.confidence:.2f}: {answer.why}"
        case "ambiguous":
            lines = [f"  {number}. {one.point} {one.why}" for number, one in enumerate(answer.candidates, 1)]
            return "\n".join([f"ambiguous: {answer.why}", *lines])
        case "not_found":
            lines = [f"  near: {one.text!r} at {one.box}" for one in answer.nearest]
            return "\n".join([f"not found: {answer.why}", *lines])


def _draw(path: Path, found: "list[tuple[str, Found | NotFound | Ambiguous]]", observation: "Observation") -> None:
    from sightline.tools.errors import InputError
    from sightline.tools.image import encode_png
    from sightline.tools.overlay import draw

    pixels = observation.frame.pixels
    for phrase, answer in found:
        for one in answer.candidates if answer.kind == "ambiguous" else [answer] if answer.kind == "found" else []:
            edges = (one.box.left, one.box.top, one.box.right, one.box.bottom)
            pixels = draw(pixels, edges, (one.point.x, one.point.y), f"{phrase} {one.confidence:.2f}")
    try:
        path.write_bytes(encode_png(pixels))
    except OSError as error:
        raise InputError(
            f"--overlay {path}: cannot be written ({error.strerror}); expected a file in a folder"
        ) from None
