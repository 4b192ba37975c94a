"""``sightline run TASK``: run a task file and leave an episode."""

from pathlib import Path
from typing import Annotated

import typer


def run(
    task: Annotated[Path, typer.Argument(help="The task file.", show_default=False)],
    var: Annotated[
        list[str] | None, typer.Option("--var", help="Replace a variable: name=value; may stand more than once.")
    ] = None,
    environment: Annotated[
        str, typer.Option(help="Another kind of screen, or settings in YAML: '{viewport: [1600, 900], scale: 2}'.")
    ] = "",
    serial: Annotated[str, typer.Option(help="The Android phone to run on; $ANDROID_SERIAL without it.")] = "",
    display: Annotated[
        str, typer.Option(help="Of a desktop task: 'new' for a private virtual screen, or a display such as :1.")
    ] = "",
    grounder: Annotated[
        str, typer.Option(help="What looks for phrases: text, elements, cascade, or a model such as ./folder.")
    ] = "text",
    model: Annotated[str, typer.Option(help="The model that pursues a goal: NAME[@URL][?option=value].")] = "",
    planner: Annotated[str, typer.Option(help="The same, where --grounder is another model.")] = "",
    headed: Annotated[bool, typer.Option("--headed", help="Show the browser's window.")] = False,
    supervise: Annotated[bool, typer.Option("--supervise", help="Ask before each action.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="The folder for the episode; runs/NAME-TIME without it.", show_default=False)
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a step, and one for the end.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
) -> None:
    """Run a task file: exit code 0 passed, 1 a step or check failed, 2 bad input, 3 screen or model not available."""
    from sightline.agent.running import plan, run_task
    from sightline.tasks.files import load_task, with_screen, with_values

    given = with_values(var or [])
    wanted = with_screen(load_task(task, tuple(given)), environment, serial, display)
    if dry_run:
        plan(wanted)
        return
    code = run_task(
        wanted, task, given, grounder=grounder, planner=planner or model, headed=headed, supervise=supervise, out=out,
        as_json=as_json,
    )  # fmt: skip
    raise typer.Exit(code)
