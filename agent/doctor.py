"""What is there on this machine that sightline can use, and what to do about the rest."""

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from sightline.environments.browser.driver import require_driver
from sightline.environments.browser.locate import find_browser
from sightline.environments.desktop.platforms import require_whole
from sightline.tools.errors import Unavailable


class Finding(BaseModel):
    """One thing looked for: ``needed`` by every task, or ``optional``; ``advice`` is what to do when it is missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    need: Literal["needed", "optional"]
    found: bool
    detail: str
    advice: str = ""


def examine() -> Iterator[Finding]:
    """Look for each thing in turn, importing none of them."""
    yield _browser()
    yield _reader()
    yield _packages("openvino", ("openvino",), "reads text faster: pip install 'sightline[openvino]'")
    yield _packages("models", ("torch", "transformers"), "runs Qwen-VL models here: pip install 'sightline[qwen]'")
    yield _packages("model servers", ("openai",), "asks models over HTTP: pip install 'sightline[server]'")
    yield _desktop()
    yield _adb()


def _browser() -> Finding:
    try:
        found = find_browser()
        require_driver()
    except Unavailable as error:
        detail, _, advice = str(error).partition("; ")
        return Finding(name="browser", need="needed", found=False, detail=detail, advice=advice)
    told = _first_line([str(found.path), "--version"])
    return Finding(name="browser", need="needed", found=bool(told), detail=f"{told or 'does not start'} ({found.path})")


def _reader() -> Finding:
    finding = _packages("text reading", ("rapidocr", "onnxruntime"), "pip install sightline again", need="needed")
    spec = importlib.util.find_spec("rapidocr")
    if spec is None or spec.origin is None:
        return finding
    models = sorted(model.name for model in Path(spec.origin).parent.glob("models/*.onnx"))
    if not models:
        detail = "rapidocr is installed without its models"
        return finding.model_copy(
            update={"found": False, "detail": detail, "advice": "pip install --force-reinstall rapidocr"}
        )
    return finding.model_copy(update={"detail": f"{finding.detail}, {len(models)} models"})


def _packages(
    name: str, packages: tuple[str, ...], advice: str, need: Literal["needed", "optional"] = "optional"
) -> Finding:
    there: list[str] = []
    missing: list[str] = []
    for package in packages:
        try:
            there.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            missing.append(package)
    if missing:
        return Finding(name=name, need=need, found=False, detail=f"no {', '.join(missing)}", advice=advice)
    return Finding(name=name, need=need, found=True, detail=", ".join(there))


def _desktop() -> Finding:
    finding = _packages("desktop", ("mss", "pyautogui"), "operates desktops: pip install 'sightline[desktop]'")
    try:
        require_whole("python-xlib")
    except Unavailable as error:
        detail, _, advice = str(error).partition("; ")
        return finding.model_copy(update={"found": False, "detail": detail, "advice": advice})
    display = os.environ.get("DISPLAY", "")
    xvfb = shutil.which("Xvfb")
    number = re.fullmatch(r":(\d+)(\.\d+)?", display)
    if number and not Path(f"/tmp/.X11-unix/X{number[1]}").exists():
        seen = f"no X server at DISPLAY={display}"
    else:
        seen = f"DISPLAY={display}" if display else "no display"
    detail = f"{finding.detail}; {seen}; {'Xvfb is there' if xvfb else 'no Xvfb'}"
    if finding.found and not display and not xvfb:
        return finding.model_copy(update={"found": False, "detail": detail, "advice": "apt-get install xvfb"})
    return finding.model_copy(update={"detail": detail})


def _adb() -> Finding:
    finding = _packages("android", ("adbutils",), "operates phones: pip install 'sightline[android]'")
    adb = shutil.which("adb")
    if adb is None:
        return finding.model_copy(update={"detail": f"{finding.detail}; no adb on PATH"})
    return finding.model_copy(update={"detail": f"{finding.detail}; {_first_line([adb, 'version'])} ({adb})"})


def _first_line(command: list[str]) -> str:
    """The first line a program says of itself; empty when it cannot be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.strip().splitlines()
    return lines[0].strip() if done.returncode == 0 and lines else ""
