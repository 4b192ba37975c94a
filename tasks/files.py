"""Task files: reading, checking and publishing their schema."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import yaml
from pydantic import TypeAdapter, ValidationError

from sightline.environments.start import EnvironmentOptions
from sightline.tasks.source import Data, Place, Source, read_source
from sightline.tasks.steps import ForEachStep, IfStep, ReadStep, RepeatStep, ScriptStep, Steps, UnlessStep, UseStep
from sightline.tasks.task import Task
from sightline.tasks.variables import BUILTIN, all_references, undefined
from sightline.tools.errors import InputError
from sightline.tools.secrets import PREFIX

_STEP_LISTS = ("steps", "then", "else")


def load_task(path: Path, given: tuple[str, ...] = ()) -> Task:
    """Read and check a task file and every file it uses; `given` names variables that come from outside.

    Raises InputError saying ``file:line: what, expected what``.
    """
    return _load(path, set(given), ())


def task_schema() -> dict[str, Any]:
    """The JSON Schema of task files, for editors."""
    return Task.model_json_schema(by_alias=True)


def with_values(pairs: Sequence[str]) -> dict[str, str]:
    """The variables in ``name=value`` words of the command line."""
    values: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name.isidentifier():
            raise InputError(f"--var {pair!r}: expected name=value, such as --var who=Ada")
        values[name] = value
    return values


def with_screen(task: Task, environment: str, serial: str, display: str) -> Task:
    """The task on the screen that the command line's options of these names choose; an empty one chooses nothing."""
    task = with_environment(task, environment)
    if serial:
        task = with_environment(task, json.dumps({"kind": "android", "serial": serial}), f"--serial {serial!r}")
    return with_environment(task, json.dumps({"display": display}), f"--display {display!r}") if display else task


def with_environment(task: Task, wanted: str, option: str = "") -> Task:
    """The task on another screen: a kind's name, or settings in YAML that are put over the task's own.

    ``option`` is what an error calls it.
    """
    option = option or f"--environment {wanted!r}"
    if not wanted:
        return task
    try:
        given: Any = yaml.safe_load(wanted)
    except yaml.YAMLError:
        given = None
    if isinstance(given, str):
        given = {"kind": given} if given != task.environment.kind else {}
    if not isinstance(given, dict):
        raise InputError(f"{option}: expected a kind such as browser, or settings such as '{{scale: 2}}'")
    settings = cast(dict[str, Any], given)
    own = task.environment.model_dump() if settings.get("kind", task.environment.kind) == task.environment.kind else {}
    try:
        options = TypeAdapter[EnvironmentOptions](EnvironmentOptions).validate_python({**own, **settings})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise InputError(": ".join([option, *map(str, first["loc"]), first["msg"]])) from None
    return task.model_copy(update={"environment": options})


def steps_within(steps: Steps) -> Iterator[ScriptStep]:
    """Every step of a script, those inside conditions, loops and used files included."""
    for step in steps:
        yield step
        match step:
            case IfStep():
                yield from steps_within((*step.then, *step.else_))
            case UnlessStep():
                yield from steps_within(step.then)
            case RepeatStep() | ForEachStep() | UseStep():
                yield from steps_within(step.steps)
            case _:
                pass


def _load(path: Path, given: set[str], using: tuple[Path, ...]) -> Task:
    source = read_source(path)
    if not isinstance(source.data, dict):
        raise InputError(f"{source.where()}: expected a mapping with 'steps', not {_kind(source.data)}")
    data: dict[str, Any] = {**source.data}
    data.setdefault("name", path.stem)
    try:
        _mark_sources(data, source, ())
        _include_used(data, source, (), (*using, path.resolve()))
        task = Task.model_validate(data)
    except ValidationError as error:
        raise InputError(_explain(error, source)) from None
    except RecursionError:
        raise InputError(f"{source.where()}: steps nested too deeply; expected fewer than 100 levels") from None
    _check_names(task, source, given)
    return task


def _step_lists(data: Any, place: Place) -> Iterator[tuple[Place, list[Any]]]:
    """The lists of steps that a file, or a step with steps inside, holds."""
    if isinstance(data, dict):
        mapping = cast(dict[str, Any], data)
        for key in _STEP_LISTS:
            if isinstance(mapping.get(key), list):
                yield (*place, key), mapping[key]


def _mark_sources(data: Any, source: Source, place: Place) -> None:
    """Write into every step where it stands, and make mappings of bare words (``- back``)."""
    for here, steps in _step_lists(data, place):
        for index, written in enumerate(steps):
            step: Any = {written: None} if isinstance(written, str) else written
            if isinstance(step, dict):
                steps[index] = step
                step["source"] = source.where((*here, index))
                _mark_sources(step, source, (*here, index))


def _include_used(data: Any, source: Source, place: Place, using: tuple[Path, ...]) -> None:
    """Put the steps of used files in their place."""
    for here, steps in _step_lists(data, place):
        for index, step in enumerate(steps):
            if isinstance(step, dict) and isinstance(cast(dict[str, Any], step).get("use"), str):
                _include_one(cast(dict[str, Any], step), source, (*here, index), using)
            else:
                _include_used(step, source, (*here, index), using)


def _include_one(step: dict[str, Any], source: Source, here: Place, using: tuple[Path, ...]) -> None:
    path = source.path.parent / step["use"]
    where = source.where((*here, "use"))
    if path.resolve() in using:
        raise InputError(f"{where}: {step['use']!r} uses itself, by way of this file; expected no circle")
    if not path.is_file():
        raise InputError(f"{where}: {step['use']!r} is not there; expected a task file beside {source.path.name}")
    if "steps" in step:
        raise InputError(f"{source.where((*here, 'steps'))}: unknown key 'steps', expected one of use, vars")
    given: Any = step.get("vars") or {}
    used = _load(path, set(given), using)
    if used.secrets or used.serve:
        raise InputError(f"{where}: {step['use']!r} has secrets or serve of its own; expected only vars and steps")
    if isinstance(given, dict):
        step["vars"] = {**used.vars, **given}
    step["steps"] = used.steps


def _check_names(task: Task, source: Source, given: set[str]) -> None:
    """Every ``${name}`` must be a variable, a value read on the way, a secret or one that the run defines."""
    known = {*BUILTIN, *task.vars, *given, *(PREFIX + name for name in task.secrets)}
    for step in steps_within(task.steps):
        match step:
            case ReadStep():
                known.add(step.into)
            case ForEachStep():
                known.add(step.for_each)
            case UseStep():
                known.update(step.vars)
            case _:
                pass
    for place, name in all_references(source.data):
        if name not in known:
            raise InputError(f"{source.where(place)}: {undefined(name, known)}")


def _explain(error: ValidationError, source: Source) -> str:
    """The first mistake pydantic found, as one line with its place in the file."""
    first = error.errors(include_url=False)[0]
    place: list[str | int] = []
    for index, part in enumerate(first["loc"]):
        if index >= 2 and first["loc"][index - 2] in _STEP_LISTS and isinstance(first["loc"][index - 1], int):
            continue  # pydantic names the step's verb here, which is no key on the way
        if (*place, part) in source.lines:
            place.append(part)
    context = first.get("ctx", {})
    if first["type"] == "unknown_word" and (*place, context["key"]) in source.lines:
        place.append(context["key"])
    message = first["msg"].removeprefix("Value error, ")
    given: Any = first["input"]
    if first["type"] == "missing":
        message = f"{first['loc'][-1]!r} is missing, expected beside {', '.join(map(repr, _keys(given)))}"
    elif first["type"] not in (
        "unknown_word",
        "target",
        "condition",
        "step",
        "secret",
        "task",
        "command",
        "value_error",
    ):
        name = next((part for part in reversed(place) if isinstance(part, str)), "file")
        message = f"{name!r} is {_kind(given)}; {message[:1].lower()}{message[1:]}"
    return f"{source.where(place)}: {' '.join(message.split())}"


def _keys(data: Any) -> list[str]:
    return [key for key in cast(dict[str, Any], data) if key != "source"] if isinstance(data, dict) else []


def _kind(data: Data) -> str:
    match data:
        case None:
            return "empty"
        case str():
            return repr(data if len(data) <= 60 else data[:57] + "...")
        case list():
            return "a list"
        case _:
            return "a mapping"
