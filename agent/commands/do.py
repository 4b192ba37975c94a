"""``sightline do "GOAL"``: let a model pursue a goal, without a task file."""

from pathlib import Path
from typing import Annotated

import typer


def do(
    goal: Annotated[str, typer.Argument(help="What to reach, in words.", show_default=False)],
    environment: Annotated[str, typer.Option(help="The screen: browser, desktop, android, or settings in YAML.")],
    serial: Annotated[str, typer.Option(help="The Android phone to use; $ANDROID_SERIAL without it.")] = "",
    display: Annotated[
        str, typer.Option(help="Of a desktop: 'new' for a private virtual screen, or a display such as :1.")
    ] = "",
    model: Annotated[str, typer.Option(help="The model that decides and points: NAME[@URL][?option=value].")] = "",
    planner: Annotated[str, typer.Option(help="The model that decides, where another one points.")] = "",
    grounder: Annotated[str, typer.Option(help="What says where things are; without it the planner itself.")] = "text",
    start: Annotated[str, typer.Option(help="The URL or application to open first.")] = "",
    max_steps: Annotated[int, typer.Option("--max-steps", min=1, help="Actions at most.")] = 50,
    max_seconds: Annotated[float, typer.Option("--max-seconds", min=1, help="Seconds at most.")] = 600,
    max_cost: Annotated[
        float | None,
        typer.Option("--max-cost", min=0, help="Money at most, in the currency of ?price=.", show_default=False),
    ] = None,
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    supervise: Annotated[bool, typer.Option("--supervise", help="Ask before each action.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="The folder for the episode; runs/do-TIME without it.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a step, and one for the end.")] = False,
) -> None:
    """Pursue a goal with a model: exit code 0 reached, 1 not reached, 2 bad input, 3 screen or model not available."""
    from sightline.agent.models.names import read_spec
    from sightline.agent.running import run_task
    from sightline.tasks.files import with_screen
    from sightline.tasks.task import Limits, Task
    from sightline.tools.errors import InputError

    if not (planner or model):
        raise InputError("no model is named to pursue the goal; expected --model NAME, a folder or NAME@http://HOST/v1")
    if not goal.strip():
        raise InputError("the goal is empty; expected what to reach, in words")
    if max_cost is not None and not any(read_spec(text).options.get("price") for text in (planner or model, grounder)):
        raise InputError("--max-cost needs a price to count with; expected a model with ?price=ASKED/ANSWERED")
    limits = Limits(steps=max_steps, seconds=max_seconds, money=max_cost)
    task = with_screen(Task(name="do", start=start, goal=goal, limits=limits), environment, serial, display)
    code = run_task(
        task, Path("do"), {}, grounder=grounder, planner=planner or model, headed=headed, supervise=supervise, out=out,
        as_json=as_json,
    )  # fmt: skip
    raise typer.Exit(code)
