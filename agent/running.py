"""Running a task for someone who watches: the trace as it goes, the report at the end, the exit code."""

import json
import re
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.text import Text

from sightline.agent.session import Session
from sightline.agent.supervisors.base import Supervisor, Unsupervised
from sightline.agent.supervisors.terminal import TerminalSupervisor
from sightline.agent.trace import milliseconds, tell, tokens
from sightline.environments.actions import Infeasible, Note, Remember, Wait
from sightline.tasks.episode import EPISODE_FILE, read_episode
from sightline.tasks.files import steps_within
from sightline.tasks.records import Found, Step
from sightline.tasks.report import write_report
from sightline.tasks.task import Task
from sightline.tasks.words import describe, tell_usage
from sightline.tools.errors import SightlineError
from sightline.tools.signals import Terminated, ending_on_sigterm


def run_task(
    task: Task,
    path: Path,
    given: Mapping[str, str],
    *,
    grounder: str = "text",
    planner: str = "",
    headed: bool = False,
    supervise: bool = False,
    out: Path | None = None,
    as_json: bool = False,
) -> int:
    """Run a task, print each step, write episode and report; returns the exit code."""
    console = Console(highlight=False, stderr=as_json)
    folder = out or free_folder(task.name)
    supervisor: Supervisor = TerminalSupervisor(console) if supervise else Unsupervised()
    session = Session(task, path.parent, folder, given, grounder, planner, headed, supervisor)
    occupied = (folder / EPISODE_FILE).exists()
    began = time.monotonic()
    if not as_json:
        console.print(Text(f"{task.name}  ({task.environment.kind}, {grounder} grounder)", style="bold"))
    try:
        with ending_on_sigterm(), closing(session.__iter__()) as steps:
            for step in steps:
                if as_json:
                    print(step.model_dump_json(by_alias=True), flush=True)
                else:
                    console.print(_line(step, console.is_terminal), soft_wrap=True)
    except KeyboardInterrupt as stop:
        session.status, session.reason = "interrupted", session.reason or str(stop) or "interrupted"
        session.exit_code = 143 if isinstance(stop, Terminated) else 130
        if occupied:
            return session.exit_code
    except SightlineError as error:
        session.exit_code = error.exit_code
        if occupied or not (folder / "frames").is_dir():
            raise
        Console(stderr=True, highlight=False).print(f"sightline: {escape(str(error))}", soft_wrap=True)
    _conclude(session, console, time.monotonic() - began, as_json)
    return session.exit_code


def plan(task: Task) -> None:
    """Print the steps of a task without doing any."""
    console = Console(highlight=False)
    console.print(f"{task.name}: {task.environment.model_dump_json()}", markup=False, soft_wrap=True)
    if task.serve is not None:
        console.print(f"  serve {' '.join(task.serve.command)}", markup=False, soft_wrap=True)
    if task.start:
        console.print(f"  open {task.start}", markup=False, soft_wrap=True)
    for step in steps_within(task.steps):
        what = step.model_dump(by_alias=True, exclude_defaults=True, exclude={"source", "steps", "then", "else_"})
        console.print(f"  {step.source}  {json.dumps(what, ensure_ascii=False)}", markup=False, soft_wrap=True)
    for condition in task.checks:
        console.print(f"  check {condition.model_dump_json(exclude_defaults=True)}", markup=False, soft_wrap=True)


def free_folder(name: str) -> Path:
    """A folder for a new episode below ``runs/`` that does not exist yet."""
    stem = re.sub(r"[^\w.-]+", "-", name).strip("-") or "run"
    base = Path("runs") / f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}"
    folder, number = base, 1
    while folder.exists():
        number += 1
        folder = base.with_name(f"{base.name}-{number}")
    return folder


def _conclude(session: Session, console: Console, seconds: float, as_json: bool) -> None:
    report = None
    episode = session.out / EPISODE_FILE
    if episode.exists() and episode.stat().st_size:
        report = write_report(read_episode(session.out))
    if as_json:
        end: dict[str, object] = {
            "status": session.status, "reason": session.reason, "seconds": round(seconds, 3),
            "usage": [usage.model_dump() for usage in session.meter.usage], "episode": str(session.out),
        }  # fmt: skip
        print(json.dumps(end, ensure_ascii=False), flush=True)
        return
    colour = {"passed": "green", "interrupted": "yellow", "stopped": "yellow"}.get(session.status, "red")
    told = session.reason if session.status != "error" else ""  # an error has a line of its own already
    words = f"{session.status} in {seconds:.1f} s" + (f": {told}" if told else "")
    console.print(Text(words, style=f"bold {colour}"), soft_wrap=True)
    for usage in session.meter.usage:
        console.print(tell_usage(usage), markup=False, soft_wrap=True)
    if report is not None:
        console.print(f"report   {report}\npictures {session.out / 'frames'}", markup=False, soft_wrap=True)


def _line(step: Step, terminal: bool) -> Text:
    """One step for the terminal in colour; the plain line when it is piped."""
    if not terminal:
        return Text(tell(step))
    action = step.action
    decision = step.decision
    good = step.outcome.status == "done" and not isinstance(action, Infeasible)
    quiet = isinstance(action, Wait)
    line = Text(style="dim" if quiet else "")
    line.append(f"{step.number:>3} ", style="dim")
    line.append("  " if quiet else "✓ " if good else "✗ ", style="green" if good else "red")
    line.append(describe(action), style="cyan" if isinstance(action, Note | Remember) else "bold")
    if decision.target:
        line.append(f"  {decision.target}", style="magenta")
        if isinstance(decision.grounding, Found):
            line.append(f" {decision.grounding.confidence:.2f}", style="dim")
    if step.outcome.status != "done" or step.outcome.message:
        line.append(f"  {step.outcome.status}: {step.outcome.message}", style="red")
    line.append(f"  {decision.source}  {milliseconds(step):.0f} ms{tokens(step)}", style="dim")
    return line
