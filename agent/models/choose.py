"""Opening the model that a string names."""

import os
import re
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from sightline.agent.dialects.base import Dialect
from sightline.agent.dialects.registry import dialect_for, dialect_named
from sightline.agent.models.base import Model
from sightline.agent.models.names import Spec, read_spec
from sightline.agent.models.recorded import RecordedModel
from sightline.tasks.episode import read_episode
from sightline.tasks.records import Role
from sightline.tools.errors import InputError, Unavailable

Settings = TypeVar("Settings")


def open_with_dialect(text: str, role: Role = "planner") -> tuple[Model, Dialect]:
    """The model a string names and the words it wants: those named with it, else those of its name or architecture.

    Of a recorded episode's models the one in that role is taken, with the dialect it was asked in.
    """
    spec = read_spec(text)
    dialect = dialect_named(spec.dialect) if spec.dialect else None
    if spec.name.startswith("recorded:"):
        model, recorded = _open_recorded(spec, role)
        return model, dialect or recorded
    model = open_model(spec)
    return model, dialect or dialect_for(model.name, model.architecture)


def open_model(spec: Spec) -> Model:
    """The model itself; raises InputError for an unknown option and Unavailable when it is not there."""
    return _open_server(spec) if spec.url else _open_checkpoint(spec)


def _open_recorded(spec: Spec, role: Role) -> tuple[Model, Dialect]:
    if spec.options:
        raise InputError(f"model {spec}: option {next(iter(spec.options))!r} is not known; expected dialect or zoom")
    episode = read_episode(Path(spec.name.removeprefix("recorded:")))
    speaker = episode.speaker(role)
    if speaker is None:
        raise InputError(f"model {spec}: no model was asked in that episode; expected one with a {role}")
    return RecordedModel.from_episode(episode, role), dialect_named(speaker.dialect)


def _open_checkpoint(spec: Spec) -> Model:
    try:
        from sightline.agent.models.loading import Options
        from sightline.agent.models.transformers import TransformersModel
    except ImportError as error:
        raise Unavailable(
            f"{spec}: a model in this process needs {error.name}, which is not installed; pip install 'sightline[qwen]'"
        ) from None
    return TransformersModel(spec.name, _settings(Options, dict(spec.options), spec))


def _open_server(spec: Spec) -> Model:
    try:
        from sightline.agent.models.openai import Endpoint, OpenAIModel
    except ImportError as error:
        raise Unavailable(
            f"{spec}: needs {error.name}, which is not installed; pip install 'sightline[server]'"
        ) from None
    options: dict[str, object] = {"url": spec.url, "model": spec.name, **spec.options}
    if "price" in spec.options:
        price = options["price"] = spec.options["price"].split("/")
        if len(price) not in (2, 3):
            raise InputError(f"model {spec}: price={spec.options['price']}: expected ASKED/ANSWERED, such as 0.2/0.6")
    if "key" in spec.options:
        _require_key(spec.options["key"], spec)
    return OpenAIModel(_settings(Endpoint, options, spec))


def _require_key(variable: str, spec: Spec) -> None:
    """Refuses a key that stands where its variable's name should, without repeating it."""
    if not re.fullmatch(r"[A-Z_][A-Z0-9_]*", variable):
        raise InputError(f"model {spec}: key= names an environment variable such as MY_KEY; it is not the key itself")
    if not os.environ.get(variable):
        raise InputError(f"model {spec}: environment variable {variable} is not set; set it to the key")


def _settings(kind: type[Settings], given: Mapping[str, object], spec: Spec) -> Settings:
    names = [field.name for field in fields(kind)]  # pyright: ignore[reportArgumentType]
    for name in given:
        if name not in names:
            offered = [other for other in names if other not in ("url", "model")]
            raise InputError(f"model {spec}: option {name!r} is not known; expected one of {', '.join(offered)}")
    try:
        return TypeAdapter(kind).validate_python(given)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"][:1])
        raise InputError(f"model {spec}: {where}={first['input']}: {first['msg'].lower()}") from None
