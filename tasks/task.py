"""What a task file holds: where to start, what to do, what must be true in the end, and how long it may take."""

from typing import Annotated, Any, cast

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sightline.environments.browser.options import BrowserOptions
from sightline.environments.start import EnvironmentOptions
from sightline.tasks.conditions import Expected, Phrase
from sightline.tasks.steps import Name, Steps
from sightline.tools.written import Written


def _command(value: Any) -> Any:
    if isinstance(value, str):
        raise PydanticCustomError("command", "expected a list of words such as [python, -m, http.server], not {value}",
                                  {"value": repr(value)})  # fmt: skip
    return value


Command = Annotated[tuple[Phrase, ...], BeforeValidator(_command), Field(min_length=1)]


def _environment(value: Any) -> Any:
    match value:
        case str():
            return {"kind": value}
        case dict() if "kind" not in value:
            return {"kind": "browser", **cast(dict[str, Any], value)}
        case _:
            return value


class Serve(Written):
    """An application that the run starts on a free loopback port, and ends when it is over.

    In its commands and settings ``${port}`` is the port, ``${url}`` its address ``http://127.0.0.1:PORT``,
    ``${scratch}`` a private folder that is deleted afterwards, ``${here}`` the task file's folder and ``${python}``
    the interpreter that runs sightline.
    """

    setup: tuple[Command, ...] = ()
    """Commands run to their end first, such as a database migration."""
    command: Command
    """The server itself."""
    folder: str = "${here}"
    """The folder the commands run in."""
    env: dict[str, str] = Field(default_factory=dict)
    port: Annotated[int, Field(ge=0, le=65535)] = 0
    """The port; 0 takes a free one."""
    ready: str = "/"
    """The path that answers once the application is up."""
    timeout: Annotated[float, Field(gt=0, le=600)] = 60.0
    """Seconds to wait for that."""


class Secret(Written):
    """A value that is typed but never written down: exactly one of its sources is named."""

    env: Phrase | None = None
    """The environment variable that holds it."""
    file: Phrase | None = None
    """The file that holds it, relative to the task file."""
    generate: Annotated[int, Field(ge=8, le=128)] | None = None
    """Make up a fresh one of this many letters and digits for the run."""

    @model_validator(mode="after")
    def _has_one_source(self) -> "Secret":
        if sum(source is not None for source in (self.env, self.file, self.generate)) != 1:
            raise PydanticCustomError("secret", "a secret needs exactly one of env, file, generate")
        return self


class Limits(Written):
    """When a run is stopped for taking too long."""

    steps: Annotated[int, Field(ge=1, le=100_000)] = 500
    """Actions at most."""
    seconds: Annotated[float, Field(gt=0, le=86_400)] = 600.0
    """Seconds at most, the application's start not counted."""
    find: Annotated[float, Field(ge=0, le=600)] = 10.0
    """Seconds to go on looking for something that is not there yet."""
    money: Annotated[float, Field(ge=0)] | None = None
    """What models may cost at most, counted by the ``?price=`` in their names."""


class Task(Written):
    """A task file."""

    name: str = ""
    """What a report calls it; the file's name without this."""
    environment: Annotated[
        EnvironmentOptions, BeforeValidator(_environment, json_schema_input_type=str | EnvironmentOptions)
    ] = BrowserOptions()
    serve: Serve | None = None
    start: str = ""
    """The URL (or application) to open first."""
    vars: dict[Name, str] = Field(default_factory=dict)
    """Values for ``${name}`` in the steps; ``--var name=value`` replaces one."""
    secrets: dict[Name, Secret] = Field(default_factory=dict)
    """Values for ``${secrets.name}``, kept out of records, pictures and prompts."""
    steps: Steps = ()
    goal: str = ""
    """What to reach after the steps, in words: a model decides the actions; `--model` names it."""
    checks: tuple[Expected, ...] = ()
    """What must hold after the last step."""
    limits: Limits = Limits()

    @model_validator(mode="after")
    def _does_something(self) -> "Task":
        if not self.steps and not self.goal and not self.checks:
            raise PydanticCustomError("task", "nothing to do; expected 'steps', 'goal' or 'checks'")
        return self
