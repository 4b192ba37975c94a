"""An episode: what was seen and done in one run, written down as it happens and readable wherever it breaks off.

A folder holds ``episode.jsonl``, one event a line in the order things happened, and ``frames/``, each picture once,
named by its hash. A picture is complete before the line that names it is written, and a line cut off by a crash is
passed over.
"""

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter, ValidationError

from sightline.environments.actions import bind
from sightline.environments.base import Element, Facts, Frame, Observation, OpenDialog, Platform
from sightline.environments.geometry import Size
from sightline.tasks.records import Record, Role, Step, Usage, total
from sightline.tasks.task import Task
from sightline.tools.errors import InputError, Unavailable
from sightline.tools.secrets import conceal

FORMAT = 1
"""The version of the format. A reader refuses a newer one and says so."""

EPISODE_FILE = "episode.jsonl"


class Planner(Record):
    """The model that pursued a goal, and what decides how it was shown pictures: all that deciding again needs.

    ``factor`` and ``budget`` (fewest and most pixels) are those of its picture processor where they were known.
    """

    model: str
    dialect: str
    factor: int | None = None
    budget: tuple[int, int] | None = None


class Pointer(Planner):
    """The model that was asked where things are; ``zoom`` when it looked twice."""

    zoom: bool = False


class Start(Record):
    """The first line: the task as it was run, its values, what looked for its phrases and pursued its goal."""

    event: Literal["start"] = "start"
    format: int = FORMAT
    version: str
    at: float
    platform: Platform
    grounder: str
    task: Task
    values: dict[str, str]
    planner: Planner | None = None
    pointer: Pointer | None = None


class Seen(Record):
    """One observation; the picture is ``frames/{frame}.png``."""

    event: Literal["observation"] = "observation"
    frame: str
    size: Size
    scale: tuple[float, float]
    origin: tuple[float, float]
    taken_at: float
    title: str = ""
    location: str = ""
    busy: bool = False
    dialog: OpenDialog | None = None
    chooser: bool = False
    events: tuple[str, ...] = ()


class Listed(Record):
    """The elements of the observation before, when something asked for them."""

    event: Literal["elements"] = "elements"
    elements: tuple[Element, ...]


class Told(Record):
    """What the machine answered about files, clipboard, windows or processes at the observation before."""

    event: Literal["facts"] = "facts"
    facts: dict[str, str | None]


class Took(Record):
    """One step of the loop."""

    event: Literal["step"] = "step"
    step: Step


Status = Literal["passed", "failed", "stopped", "interrupted", "error"]


class End(Record):
    """The last line: how it ended, why, how many seconds it took and what its models' answers cost in all."""

    event: Literal["end"] = "end"
    status: Status
    reason: str = ""
    seconds: float = 0.0
    usage: tuple[Usage, ...] = ()


Event = Annotated[Start | Seen | Listed | Told | Took | End, Field(discriminator="event")]
_EVENT: TypeAdapter[Start | Seen | Listed | Told | Took | End] = TypeAdapter(Event)


class EpisodeWriter:
    """Writes an episode as it happens; secret values never reach the file, their references do.

    Raises Unavailable when the folder cannot be written (read-only, full); what was written before stays readable.
    """

    def __init__(self, folder: Path, secrets: Mapping[str, str] | None = None) -> None:
        self.folder = folder
        self._secrets = {name: json.dumps(value, ensure_ascii=False)[1:-1] for name, value in (secrets or {}).items()}
        self._written: set[str] = set()
        self._started = False
        try:
            (folder / "frames").mkdir(parents=True, exist_ok=True)
            self._file = os.open(folder / EPISODE_FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        except FileExistsError:
            raise InputError(f"{folder}: already holds an episode; expected an empty or new folder") from None
        except OSError as error:
            raise _not_writable(folder, error) from None

    def start(
        self,
        task: Task,
        values: Mapping[str, str],
        grounder: str,
        version: str,
        planner: Planner | None = None,
        pointer: Pointer | None = None,
    ) -> None:
        self._started = True
        self._write(
            Start(
                version=version,
                at=time.time(),
                platform=task.environment.kind,
                grounder=grounder,
                task=task,
                values=dict(values),
                planner=planner,
                pointer=pointer,
            )
        )

    def observation(self, seen: Observation) -> None:
        frame = seen.frame
        self._save_frame(frame)
        self._write(
            Seen(
                frame=frame.id, size=frame.size, scale=frame.scale, origin=frame.origin, taken_at=frame.taken_at,
                title=seen.title, location=seen.location, busy=seen.busy, dialog=seen.dialog, chooser=seen.chooser,
                events=seen.events,
            )
        )  # fmt: skip

    def elements(self, elements: tuple[Element, ...]) -> None:
        self._write(Listed(elements=elements))

    def facts(self, answers: Mapping[str, str | None]) -> None:
        self._write(Told(facts=dict(answers)))

    def step(self, step: Step) -> None:
        self._write(Took(step=step))

    def end(self, status: Status, reason: str, seconds: float, usage: tuple[Usage, ...] = ()) -> None:
        """Write the last line, unless there was no first."""
        if self._started:
            self._write(End(status=status, reason=reason, seconds=round(seconds, 3), usage=usage))

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _save_frame(self, frame: Frame) -> None:
        if frame.id in self._written:
            return
        path = self.folder / "frames" / f"{frame.id}.png"
        part = path.with_suffix(".part")
        try:
            part.write_bytes(frame.png)
            part.replace(path)
        except OSError as error:
            part.unlink(missing_ok=True)
            raise _not_writable(self.folder, error) from None
        self._written.add(frame.id)

    def _write(self, event: Record) -> None:
        data = conceal(event.model_dump_json(by_alias=True), self._secrets).encode() + b"\n"
        try:
            if os.write(self._file, data) != len(data):
                raise OSError(28, "No space left on device")
        except OSError as error:
            raise _not_writable(self.folder, error) from None


def _not_writable(folder: Path, error: OSError) -> Unavailable:
    return Unavailable(f"{folder}: cannot be written ({error.strerror}); expected a folder with room, see --out")


@dataclass
class Episode:
    """An episode read back. ``end`` is None when it breaks off: the run was killed, or is still going on."""

    folder: Path
    start: Start
    observations: list[Observation] = field(default_factory=list[Observation])
    steps: list[Step] = field(default_factory=list[Step])
    end: End | None = None

    @property
    def usage(self) -> tuple[Usage, ...]:
        """What the models' answers cost, each in its role; of an episode that breaks off, as far as it goes."""
        return self.end.usage if self.end else total(usage for step in self.steps for usage in step.usage)

    def speaker(self, role: Role) -> Planner | None:
        """The model that was asked in a role, where one was."""
        return self.start.planner if role == "planner" else self.start.pointer

    def frame_path(self, frame: str) -> Path:
        return self.folder / "frames" / f"{frame}.png"


def read_episode(path: Path) -> Episode:
    """Read an episode's folder (or its ``episode.jsonl``); raises InputError, with the line, for what is not one."""
    file = path / EPISODE_FILE if path.is_dir() else path
    try:
        lines = file.read_bytes().split(b"\n")
    except OSError as error:
        raise InputError(f"{file}: cannot be read ({error.strerror}); expected an episode's folder") from None
    whole = lines[:-1]  # what follows the last newline is empty, or was cut off while it was written
    episode: Episode | None = None
    frames: dict[str, Frame] = {}
    for number, line in enumerate(whole, 1):
        event = _read_event(file, number, line)
        if isinstance(event, Start):
            episode = Episode(file.parent, event)
        elif episode is None:
            raise InputError(f"{file}:{number}: {event.event!r} comes first, expected 'start'")
        else:
            _add(episode, event, frames)
    if episode is None:
        raise InputError(f"{file}:1: empty; expected the line that starts an episode")
    return episode


def _read_event(file: Path, number: int, line: bytes) -> Start | Seen | Listed | Told | Took | End:
    try:
        return _EVENT.validate_json(line)
    except ValidationError as error:
        try:
            version = json.loads(line).get("format", FORMAT)
        except (ValueError, AttributeError):
            raise InputError(f"{file}:{number}: not JSON; expected one event of an episode a line") from None
        if version != FORMAT:
            raise InputError(
                f"{file}:{number}: episode format {version}, expected {FORMAT}; it was written by another "
                "version of sightline"
            ) from None
        first = error.errors(include_url=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError(f"{file}:{number}: {place}: {first['msg']}; expected an event of an episode") from None


def _add(episode: Episode, event: Start | Seen | Listed | Told | Took | End, frames: dict[str, Frame]) -> None:
    match event:
        case Seen():
            episode.observations.append(_observation(episode, event, frames))
        case Listed():
            last = episode.observations.pop()
            bound = tuple(
                element.model_copy(update={"box": element.box.on(last.frame.id)}) for element in event.elements
            )
            episode.observations.append(replace(last, read_elements=lambda: bound))
        case Told():
            last = episode.observations.pop()
            episode.observations.append(replace(last, facts=Facts.known(event.facts)))
        case Took():
            episode.steps.append(_bound(event.step))
        case End():
            episode.end = event
        case Start():
            raise InputError(f"{episode.folder / EPISODE_FILE}: 'start' stands twice, expected it once")


def _observation(episode: Episode, seen: Seen, frames: dict[str, Frame]) -> Observation:
    path = episode.frame_path(seen.frame)
    known = frames.get(seen.frame)
    if known is None:
        try:
            data = path.read_bytes()
        except OSError as error:
            raise InputError(f"{path}: cannot be read ({error.strerror}); the episode names this picture") from None
        known = Frame.from_png(data, scale=seen.scale, origin=seen.origin, taken_at=seen.taken_at)
        if known.id != seen.frame:
            raise InputError(f"{path}: its pixels are not those that were recorded ({known.id}, expected {seen.frame})")
        frames[seen.frame] = known
    frame = Frame(known.pixels, seen.scale, seen.origin, seen.taken_at, known.encoded)
    frame.__dict__["id"] = seen.frame  # the cached property: these pixels were hashed above
    return Observation(
        frame, title=seen.title, location=seen.location, busy=seen.busy, dialog=seen.dialog, chooser=seen.chooser,
        events=seen.events, facts=Facts.known({}),
    )  # fmt: skip


def _bound(step: Step) -> Step:
    """Name the frame of a step's points again, which the file says once."""
    decision = step.decision.model_copy(update={"action": bind(step.decision.action, step.frame)})
    verdict = step.verdict
    if verdict.action is not None:
        verdict = verdict.model_copy(update={"action": bind(verdict.action, step.frame)})
    return step.model_copy(update={"decision": decision, "verdict": verdict})
