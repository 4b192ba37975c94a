"""A task run from beginning to end: its application, screen, policy and record, put together and taken down again."""

import os
import secrets as random
import string
import sys
import tempfile
import time
from collections.abc import Generator, Mapping
from contextlib import ExitStack, closing, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sightline import __version__
from sightline.agent.grounders.base import Grounder
from sightline.agent.grounders.registry import make_grounder
from sightline.agent.grounders.vlm import VlmGrounder
from sightline.agent.loop import run
from sightline.agent.models.choose import open_with_dialect
from sightline.agent.models.meter import Meter
from sightline.agent.policies.script import ScriptPolicy
from sightline.agent.policies.vlm import VlmPolicy
from sightline.agent.supervisors.base import Supervisor, Unsupervised
from sightline.environments.actions import Infeasible
from sightline.environments.base import Environment
from sightline.environments.concealed import Concealed
from sightline.environments.desktop.options import DesktopOptions
from sightline.environments.fresh import Fresh
from sightline.environments.settled import Settled
from sightline.environments.start import start
from sightline.tasks.episode import EpisodeWriter, Status
from sightline.tasks.files import steps_within
from sightline.tasks.records import Step
from sightline.tasks.steps import PullStep, PushStep, UploadStep
from sightline.tasks.task import Serve, Task
from sightline.tasks.variables import all_references, fill
from sightline.tools.errors import InputError, SightlineError, Unavailable
from sightline.tools.process import Server, free_port, require_free, run_to_end
from sightline.tools.secrets import reveal
from sightline.tools.sight import Sight


@dataclass
class Session:
    """One run of a task. Iterate over it for its steps; then `status` and `reason` say how it ended.

    ``here`` is the task file's folder, ``out`` the folder for the episode, ``given`` values that replace the task's.
    ``planner`` names the model that pursues the task's goal; a `grounder` other than text then says where, for it too.
    ``meter`` counts what the models answer.
    """

    task: Task
    here: Path
    out: Path
    given: Mapping[str, str] = field(default_factory=dict[str, str])
    grounder: str = "text"
    planner: str = ""
    headed: bool = False
    supervisor: Supervisor = field(default_factory=Unsupervised)
    status: Status = "error"
    reason: str = ""
    exit_code: int = 1
    meter: Meter = field(default_factory=Meter)

    def __iter__(self) -> Generator[Step, None, None]:
        began = time.monotonic()
        secrets = read_secrets(self.task, self.here)
        sight = Sight()
        grounder = make_grounder(self.grounder, sight, self.task.environment.kind, self.meter)
        points = grounder if self.grounder != "text" else None
        planner = open_planner(self.task, self.planner, points, self.meter)
        with closing(EpisodeWriter(self.out, secrets)) as writer, ExitStack() as stack:
            try:
                scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="sightline-")))
                values = self._values(scratch)
                task = self.task
                server = None
                if task.serve is not None:
                    server, served = serve(task.serve, values, secrets, self.out / "serve.log", stack)
                    values |= served
                if planner is not None:
                    planner.goal = fill(task.goal, values, "goal")
                known = planner.record if planner else None
                pointer = grounder.record if isinstance(grounder, VlmGrounder) else None
                writer.start(task, needed(task, values), self.grounder, __version__, known, pointer)
                environment = stack.enter_context(closing(self._screen(values, secrets, sight)))
                policy = ScriptPolicy(task, values, grounder, sight, planner)
                for step in run(
                    environment, policy, supervisor=self.supervisor, recorder=writer, limits=task.limits,
                    answers=self.meter.take,
                ):  # fmt: skip
                    self._judge(step)
                    yield step
                if server is not None and self.status == "failed":
                    server.require_alive()
            except (KeyboardInterrupt, GeneratorExit) as stop:
                self.status, self.reason, self.exit_code = "interrupted", str(stop) or "interrupted", 130
                raise
            except SightlineError as error:
                self.status, self.reason, self.exit_code = "error", str(error), error.exit_code
                raise
            except Exception as error:
                self.status, self.reason = "error", f"{type(error).__name__}: {error}"
                raise
            finally:
                with suppress(Unavailable) if self.status == "error" else nullcontext():
                    writer.end(self.status, self.reason, time.monotonic() - began, self.meter.usage)

    def _judge(self, step: Step) -> None:
        """Keep how the run stands after a step; what the last step says is how it ended."""
        action = step.action
        if step.verdict.kind == "stop":
            self.status, self.reason, self.exit_code = "stopped", step.outcome.message, 1
        elif isinstance(action, Infeasible):
            where = f"{step.decision.source}: " if step.decision.source else ""
            self.status, self.reason, self.exit_code = "failed", where + action.text, 1
        else:
            self.status, self.reason, self.exit_code = "passed", "", 0

    def _values(self, scratch: Path) -> dict[str, str]:
        built_in = {
            "here": str(self.here.resolve()), "scratch": str(scratch), "out": str(self.out.resolve()),
            "python": sys.executable, "port": "", "url": "",
        }  # fmt: skip
        return {**built_in, **self.task.vars, **self.given}

    def _screen(self, values: Mapping[str, str], secrets: Mapping[str, str], sight: Sight) -> Environment:
        wanted = self.task.environment
        if isinstance(wanted, DesktopOptions):
            wanted = wanted.model_copy(update={"launch": tuple(fill(command, values) for command in wanted.launch)})
        raw = start(wanted, headed=self.headed, downloads=self.out / "downloads")
        settled = Settled(Fresh(raw))
        return Concealed(settled, secrets, sight) if secrets else settled


def open_planner(task: Task, planner: str, grounder: Grounder | None, meter: Meter) -> VlmPolicy | None:
    """What pursues the task's goal, its variables not filled in yet.

    Raises InputError when there is a goal and no model is named, or one that only points.
    """
    if not task.goal:
        return None
    if not planner:
        raise InputError(f"{task.name}: its goal needs a model to pursue it; name one with --model")
    model, dialect = open_with_dialect(planner)
    return VlmPolicy(task.goal, meter.on(model, "planner"), dialect, platform=task.environment.kind, grounder=grounder)


def needed(task: Task, values: Mapping[str, str]) -> dict[str, str]:
    """The values that a task's script names: what an episode must keep to be decided again, and no more."""
    script: Any = task.model_dump(mode="json", by_alias=True, include={"start", "steps", "goal", "checks", "vars"})
    named = {name for _, name in all_references(script)}
    if any(isinstance(step, UploadStep | PushStep | PullStep) for step in steps_within(task.steps)):
        named.add("here")  # their files are named relative to it
    return {name: value for name, value in values.items() if name in named or name in task.vars}


def read_secrets(task: Task, here: Path) -> dict[str, str]:
    """The value of each secret of a task; raises InputError for one that is not there."""
    found: dict[str, str] = {}
    for name, secret in task.secrets.items():
        if secret.generate is not None:
            letters = string.ascii_letters + string.digits
            found[name] = "".join(random.choice(letters) for _ in range(secret.generate))
        elif secret.env is not None:
            value = os.environ.get(secret.env)
            if not value:
                raise InputError(f"secret {name!r}: environment variable {secret.env} is not set; set it and run again")
            found[name] = value
        elif secret.file is not None:
            try:
                found[name] = (here / secret.file).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise InputError(f"secret {name!r}: {secret.file}: {error.strerror}; expected a file with it") from None
    return found


def serve(
    wanted: Serve, values: Mapping[str, str], secrets: Mapping[str, str], log: Path, stack: ExitStack
) -> tuple[Server, dict[str, str]]:
    """Start a task's application, ended when `stack` is closed; returns it with its ``port`` and ``url``."""
    if wanted.port:
        require_free(wanted.port)
    port = wanted.port or free_port()
    served = {"port": str(port), "url": f"http://127.0.0.1:{port}"}
    known = {**values, **served}

    def words(parts: tuple[str, ...]) -> list[str]:
        return [reveal(fill(part, known), secrets) for part in parts]

    folder = Path(fill(wanted.folder, known))
    env = {name: reveal(fill(value, known), secrets) for name, value in wanted.env.items()}
    for command in wanted.setup:
        run_to_end(words(command), folder=folder, env=env, log=log, timeout=wanted.timeout)
    server = stack.enter_context(Server(words(wanted.command), folder=folder, env=env, log=log))
    server.wait_until_ready(served["url"] + fill(wanted.ready, known), wanted.timeout)
    return server, served
