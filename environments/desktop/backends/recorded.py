"""A backend that does nothing and remembers what it was told: for tests of what an action is made of."""

from sightline.environments.actions import Button


class RecordedBackend:
    """``told`` holds one tuple for each call, its name first: ``("move", 10, 20)``, ``("key", "ctrl", "down")``.

    It can type the characters in ``layout``.
    """

    def __init__(self, display: str = "", *, layout: str = "".join(map(chr, range(32, 127))) + "\n\t") -> None:
        self.display = display
        self.layout = layout
        self.told: list[tuple[str | int, ...]] = []

    def move(self, x: int, y: int) -> None:
        self.told.append(("move", x, y))

    def click(self, x: int, y: int, button: Button, times: int) -> None:
        self.told.append(("click", x, y, button, times))

    def button(self, button: Button, *, down: bool) -> None:
        self.told.append(("button", button, "down" if down else "up"))

    def wheel(self, right: int, down: int) -> None:
        self.told.append(("wheel", right, down))

    def key(self, name: str, *, down: bool) -> None:
        self.told.append(("key", name, "down" if down else "up"))

    def typable(self, text: str) -> frozenset[str]:
        return frozenset(text) & frozenset(self.layout)

    def write(self, text: str) -> None:
        self.told.append(("write", text))

    def close(self) -> None:
        self.told.append(("close",))
