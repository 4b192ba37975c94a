"""How text is divided between keys and clipboard, and what the backends are told, without a screen."""

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from sightline.environments.desktop.backends.recorded import RecordedBackend
from sightline.environments.desktop.systems import Window
from sightline.environments.desktop.writing import runs, write

ASCII = frozenset(map(chr, range(32, 127))) | {"\n", "\t"}


class NotedClipboard:
    """A clipboard that notes what is pasted, until `room` pastes were taken."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.notes: list[str] = []

    def read(self) -> str:
        return ""

    def paste(self, text: str, press: Callable[[], None]) -> bool:
        press()
        self.notes.append(f"paste {text}")
        self.room -= 1
        return self.room >= 0

    def give_back(self) -> None:
        self.notes.append("give back")


class NotedSystem:
    name = "noted"
    display = ""
    writes_unicode = False

    def __init__(self, room: int = 99) -> None:
        self.clipboard = NotedClipboard(room)

    def windows(self) -> tuple[Window, ...]:
        return ()

    def active(self) -> Window | None:
        return None

    def focus(self, window: Window) -> None: ...

    def move(self, window: Window, left: int, top: int) -> None: ...

    def close_window(self, window: Window) -> None: ...

    def pointer(self) -> tuple[int, int]:
        return 5, 5

    def write_unicode(self, text: str) -> None:
        self.clipboard.notes.append(f"lend {text}")

    def close(self) -> None: ...


@given(st.text())
def test_pieces_are_the_whole_text_and_keys_type_only_what_the_layout_has(text: str) -> None:
    pieces = list(runs(text, ASCII))
    assert "".join(piece for piece, _ in pieces) == text
    assert all(set(piece) <= ASCII for piece, by_keys in pieces if by_keys)
    assert not any(set(piece) & {"\n", "\t"} for piece, by_keys in pieces if not by_keys)


def test_a_mark_is_not_parted_from_its_letter() -> None:
    assert list(runs("re\u0301sume", ASCII)) == [("r", True), ("e\u0301", False), ("sume", True)]


def test_a_phrase_in_another_script_is_one_piece() -> None:
    assert list(runs("say Привет, мир! twice\n", ASCII)) == [
        ("say ", True), ("Привет, мир", False), ("! twice\n", True)
    ]  # fmt: skip


def test_the_clipboard_is_given_back_after_the_last_piece() -> None:
    backend, system = RecordedBackend(), NotedSystem()
    write("aж\nб", backend, system, lambda: None)
    assert backend.told == [("write", "a"), ("write", "\n")]
    assert system.clipboard.notes == ["paste ж", "paste б", "give back"]


def test_spare_keys_take_over_once_nothing_takes_a_paste() -> None:
    backend, system = RecordedBackend(), NotedSystem(room=1)
    write("ж\nб\nю", backend, system, lambda: None)
    assert system.clipboard.notes == ["paste ж", "paste б", "lend б", "lend ю", "give back"]


def test_a_line_break_of_two_characters_is_one_enter_key() -> None:
    backend = RecordedBackend()
    write("a\r\nb", backend, NotedSystem(), lambda: None)
    assert backend.told == [("write", "a\nb")]
