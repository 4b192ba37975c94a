"""Running sightline as another process, and looking into processes, for tests."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

TESTS = Path(__file__).parent
TASKS = TESTS / "tasks"
COMMAND = [sys.executable, "-c", "from sightline.agent.cli import main; main()"]
WITHOUT_BROWSER = [
    sys.executable, "-c", "import sys; sys.modules['playwright'] = None; from sightline.agent.cli import main; main()"
]  # fmt: skip
PATIENCE = 300.0
"""Seconds after which a command that hangs fails its test."""


def sightline(
    *words: str | Path, env: Mapping[str, str] | None = None, command: list[str] = COMMAND
) -> subprocess.CompletedProcess[str]:
    """Run a sightline command to its end."""
    return subprocess.run(
        [*command, *map(str, words)], capture_output=True, text=True, check=False, timeout=PATIENCE,
        env={**os.environ, **(env or {})},
    )  # fmt: skip


def start_sightline(*words: str | Path) -> subprocess.Popen[str]:
    """Start a sightline command as the leader of its own process group, as a terminal does."""
    return subprocess.Popen(
        [*COMMAND, *map(str, words)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


def on_small_disk(folder: Path, size: str, *words: str | Path) -> tuple[subprocess.CompletedProcess[str], Path]:
    """Run a sightline command with ``--out`` on a disk of this size, mounted where only that run sees it.

    Returns the run and a copy of what it left. Skips the test where no such disk can be mounted.
    """
    disk, copy = folder / "disk", folder / "copy"
    disk.mkdir()
    private = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c"]
    mount = f'mount -t tmpfs -o size={size} none "$0"'
    if shutil.which("unshare") is None or subprocess.run([*private, mount, str(disk)], capture_output=True).returncode:
        pytest.skip("no small disk can be mounted on this system")
    script = f'{mount} && {{ "$@"; code=$?; cp -r "$0/run" "{copy}"; exit $code; }}'
    return sightline(*words, "--out", disk / "run", command=[*private, script, str(disk), *COMMAND]), copy


def descendants(pid: int) -> Iterator[int]:
    """The processes that a process started, and theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # it has ended meanwhile
        children.setdefault(parent, []).append(int(stat.parent.name))
    waiting = [pid]
    while waiting:
        found = children.get(waiting.pop(), [])
        yield from found
        waiting += found


def browser_of(pid: int) -> int:
    """The main process of the Chromium that a process drives; of several the one that was started last."""
    driven: dict[int, int] = {}
    for child in descendants(pid):
        words = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
        if b"--remote-debugging-pipe" in words and not any(word.startswith(b"--type=") for word in words):
            driven[int(Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[19])] = child
    assert driven, f"process {pid} drives no browser"
    return driven[max(driven)]
