"""What a task file says must be true: a bare phrase that is visible, or a mapping of which every key must hold."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from sightline.tools.written import Written

Phrase = Annotated[str, Field(min_length=1)]


class Condition(Written):
    """Something that is true or false of the screen or of a variable: each key given must hold."""

    visible: Phrase | None = None
    """A phrase or text that is on the screen."""
    absent: Phrase | None = None
    """A phrase or text that is nowhere on the screen."""
    checked: Phrase | None = None
    """A checkbox, radio button or toggle that is on."""
    unchecked: Phrase | None = None
    """A checkbox, radio button or toggle that is off."""
    location: Phrase | None = None
    """A pattern for the URL, package or program in front; ``*`` stands for anything."""
    title: Phrase | None = None
    """A pattern for the title; ``*`` stands for anything."""
    file: Phrase | None = None
    """A file that exists; with ``contains`` or ``equals``, its text."""
    window: Phrase | None = None
    """A pattern for the title of any open window, in front or not; ``*`` stands for anything."""
    process: Phrase | None = None
    """A pattern for the name of a program that runs on this machine."""
    clipboard: str | None = None
    """A pattern for the clipboard's text; empty for an empty one."""
    element: Phrase | None = None
    """The name of an element the platform knows; with ``contains`` or ``equals``, what it holds."""
    shell: Phrase | None = None
    """A command on the phone; ``contains`` or ``equals`` are held against what it prints."""
    phone_file: Phrase | None = None
    """A file on the phone that exists; with ``contains`` or ``equals``, its text."""
    value: str | None = None
    """Text to compare by ``equals``, ``contains`` or ``matches``, usually a variable."""
    equals: str | None = None
    contains: str | None = None
    matches: str | None = None
    """A regular expression found anywhere in the value."""

    @property
    def can_change(self) -> bool:
        """Whether waiting may help: a variable stays what it is."""
        parts = (
            self.visible, self.absent, self.checked, self.unchecked, self.location, self.title, self.file, self.window,
            self.process, self.clipboard, self.element, self.shell, self.phone_file,
        )  # fmt: skip
        return any(part is not None for part in parts)

    @model_validator(mode="after")
    def _says_something(self) -> "Condition":
        tests = (self.equals, self.contains, self.matches)
        texts = (self.value, self.file, self.element, self.shell, self.phone_file)
        if (self.value is not None or self.shell is not None) and all(test is None for test in tests):
            name = "value" if self.shell is None else "shell"
            raise PydanticCustomError("condition", "'{name}' needs one of equals, contains, matches beside it",
                                      {"name": name})  # fmt: skip
        if sum(text is not None for text in texts) > 1:
            raise PydanticCustomError("condition", "only one of value, file, element, shell and phone_file at a time")
        if all(text is None for text in texts) and any(test is not None for test in tests):
            raise PydanticCustomError("condition", "equals, contains and matches need 'value' or 'file' beside them")
        if self.value is None and not self.can_change:
            raise PydanticCustomError("condition", "an empty condition; expected a phrase, or one of its keys")
        return self


def _bare_phrase(value: Any) -> Any:
    return {"visible": value} if isinstance(value, str) else value


Expected = Annotated[Condition, BeforeValidator(_bare_phrase, json_schema_input_type=Phrase | Condition)]
"""A condition; a bare phrase means that it is visible."""
