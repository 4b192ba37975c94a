"""Android's own commands, as far as an automation tool meets them: what they do, print and return.

The texts and return codes are models of Android 14 (sdk 34, or lower by a switch), misspellings included. `Switches`
holds what a test can turn on and off: a locked screen, a secure window, several displays.
"""

import asyncio
import base64
import json
import re
import struct
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from xml.sax.saxutils import quoteattr

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.android_rig.screen import Screen

LAUNCHER = "com.android.launcher3/.Launcher"
CHOOSER = "com.android.documentsui/.picker.PickActivity"
PERMISSION = (
    "com.google.android.permissioncontroller/com.android.permissioncontroller.permission.ui.GrantPermissionsActivity"
)
APPS = {
    LAUNCHER: "pages/launcher.html",
    PERMISSION: "pages/permission.html",
    "com.jquery.mobile.mail/.Inbox": "apps/jqm/demos/swipe-list/index.html#demo-page",
    "com.jquery.mobile.cities/.Cities": "apps/jqm/demos/swipe-page/newyork.html",
    "com.jquery.mobile.forms/.Forms": "apps/jqm/demos/forms-gallery/index.html",
    CHOOSER: "pages/launcher.html",
    "com.tiddlywiki.notes/.Notebook": "apps/notes/index.html",
    "org.rig.counter/.Counter": "pages/counter.html",
    "org.rig.field/.Field": "pages/field.html",
    "org.rig.photo/.Photo": "pages/photo.html",
}
PACKAGES = sorted({component.split("/")[0] for component in APPS})
GBOARD = "com.android.inputmethod.latin/.LatinIME"
ADB_KEYBOARD = "com.android.adbkeyboard/.AdbIME"

# Android's key codes (android.view.KeyEvent) and what they are called on an X keyboard.
KEYS = {
    "KEYCODE_DPAD_UP": "Up", "KEYCODE_DPAD_DOWN": "Down", "KEYCODE_DPAD_LEFT": "Left", "KEYCODE_DPAD_RIGHT": "Right",
    "KEYCODE_TAB": "Tab", "KEYCODE_SPACE": "space", "KEYCODE_ENTER": "Return", "KEYCODE_DEL": "BackSpace",
    "KEYCODE_ESCAPE": "Escape", "KEYCODE_FORWARD_DEL": "Delete", "KEYCODE_MOVE_HOME": "Home",
    "KEYCODE_MOVE_END": "End", "KEYCODE_PAGE_UP": "Prior", "KEYCODE_PAGE_DOWN": "Next", "KEYCODE_CTRL_LEFT": "ctrl",
    "KEYCODE_SHIFT_LEFT": "shift", "KEYCODE_ALT_LEFT": "alt",
    **{f"KEYCODE_{letter.upper()}": letter for letter in "abcdefghijklmnopqrstuvwxyz0123456789"},
}  # fmt: skip

TEXT_ERROR = """
Exception occurred while executing 'text':
java.lang.NullPointerException: Attempt to get length of null array
\tat com.android.server.input.InputShellCommand.sendText(InputShellCommand.java:373)
"""
INJECT_ERROR = """
Exception occurred while executing 'tap':
java.lang.SecurityException: Injecting input events requires the caller (or the source of the instrumentation, if any) \
to have the INJECT_EVENTS permission.
\tat com.android.server.input.InputManagerService.injectInputEventToTarget(InputManagerService.java:843)
"""
DISPLAYS_WARNING = """\
[Warning] Multiple displays were found, but no display id was specified! Defaulting to the first display found, \
however this default is not guaranteed to be consistent across captures. A display id should be specified.
A display ID can be specified with the [-d display-id] option.
See "dumpsys SurfaceFlinger --display-id" for valid display IDs.
"""


@dataclass
class Switches:
    """What a test can change about the phone while it runs."""

    sdk: int = 34
    awake: bool = True
    locked: bool = False
    pin: bool = False
    secure: bool = False
    displays: int = 1
    rotation: int = 0
    override_captured: bool = True
    crashed: str = ""
    forbid_input: bool = False
    no_idle: bool = False
    keyboard_installed: bool = True
    clipboard: bool = False
    capture_delay: float = 0.0
    swallow: int = 0


@dataclass
class Answer:
    output: bytes = b""
    code: int = 0
    errors: bytes = b""


def say(text: str = "", code: int = 0, errors: str = "") -> Answer:
    return Answer(text.encode(), code, errors.encode())


@dataclass
class Phone:
    """One phone: its screen, switches, settings and what runs in front; ``root`` holds its files."""

    screen: Screen
    site: str
    root: Path
    walk: str
    switches: Switches = field(default_factory=Switches)
    front: str = LAUNCHER
    override: tuple[int, int] | None = None
    clipboard: str = ""
    settings: dict[str, dict[str, str]] = field(
        default_factory=lambda: {
            "system": {"accelerometer_rotation": "0"},
            "secure": {"default_input_method": GBOARD, "enabled_input_methods": GBOARD},
            "global": {
                "window_animation_scale": "1.0",
                "transition_animation_scale": "1.0",
                "animator_duration_scale": "1.0",
            },
        }
    )
    log: list[list[str]] = field(default_factory=list[list[str]])

    async def run(self, words: list[str]) -> Answer:
        """Carry out one command of the device."""
        name, *rest = words
        self.log.append(words)
        return await getattr(self, f"do_{name}")(rest)

    # --- what the test says to the phone -------------------------------------------------------------------------

    async def do_phonectl(self, words: list[str]) -> Answer:
        """``set {json}``, ``eval SCRIPT``, ``log`` or ``front COMPONENT``: for tests, no command of Android's."""
        match words:
            case ["set", text]:
                known = {item.name for item in fields(Switches)}
                for key, value in json.loads(text).items():
                    assert key in known, key
                    setattr(self.switches, key, value)
                if self.screen.turned != bool(self.switches.rotation % 2):
                    await self.screen.turn(not self.screen.turned)
                return say()
            case ["eval", script]:
                return say(json.dumps(await self.screen.page.evaluate(script)))
            case ["front", component]:
                await self.show(component)
                return say()
            case ["log"]:
                return say(json.dumps(self.log))
            case _:
                raise ValueError(words)

    async def show(self, component: str) -> None:
        """Bring an app to the front."""
        self.front = component
        target = f"{self.site}/{APPS[component]}"
        if self.screen.page.url == target:
            await self.screen.page.reload(wait_until="load")
        else:
            await self.screen.page.goto("about:blank")
            await self.screen.page.goto(target, wait_until="load")

    # --- seeing ----------------------------------------------------------------------------------------------------

    def size(self) -> tuple[int, int]:
        """The size apps and `input` see, the way the phone is held now."""
        if self.override is None:
            return self.screen.size
        width, height = self.override
        return (height, width) if self.screen.turned else (width, height)

    def picture(self) -> NDArray[np.uint8]:
        """Height x width x 4, red green blue alpha."""
        pixels = self.screen.pixels()
        if not self.switches.awake or self.switches.secure:
            pixels[..., :3] = 0
        elif self.switches.locked:
            pixels[..., :3] = 40
            cv2.putText(pixels, "12:34", (80, 400), cv2.FONT_HERSHEY_SIMPLEX, 8, (255, 255, 255), 16)
        pixels[..., 3] = 255
        if self.override and self.switches.override_captured:
            pixels = cv2.resize(pixels, self.size(), interpolation=cv2.INTER_AREA)
        return cv2.cvtColor(pixels, cv2.COLOR_BGRA2RGBA)  # pyright: ignore[reportReturnType]

    async def do_screencap(self, words: list[str]) -> Answer:
        await asyncio.sleep(self.switches.capture_delay)
        pixels = self.picture()
        if "-p" in words:
            bgra = cv2.cvtColor(pixels, cv2.COLOR_RGBA2BGRA)
            data = (await asyncio.to_thread(cv2.imencode, ".png", bgra, [cv2.IMWRITE_PNG_COMPRESSION, 1]))[1].tobytes()
        else:
            height, width = pixels.shape[:2]
            header = (width, height, 1, 1) if self.switches.sdk >= 28 else (width, height, 1)
            data = struct.pack(f"<{len(header)}I", *header) + pixels.tobytes()
        warn = self.switches.displays > 1 and "-d" not in words
        return Answer(data, 0, DISPLAYS_WARNING.encode() if warn else b"")

    async def hierarchy(self) -> str:
        """What uiautomator would say is on the screen."""
        width, height = self.size()
        script = self.walk.replace("WIDTH", str(width)).replace("HEIGHT", str(height))
        nodes = await self.screen.page.evaluate(
            script.replace("SCALE", str(width / self.screen.size[0] * self.screen.density))
        )
        package = self.front.split("/")[0]

        def node(data: dict[str, Any], index: int) -> str:
            left, top, right, bottom = data["bounds"]
            flags = {key: "true" if value else "false" for key, value in data["flags"].items()}
            attributes = {
                "index": str(index), "text": data["text"], "resource-id": data["id"], "class": data["class"],
                "package": package, "content-desc": data["label"], **flags,
                "bounds": f"[{left},{top}][{right},{bottom}]",
            }  # fmt: skip
            written = " ".join(f"{key}={quoteattr(value)}" for key, value in attributes.items())
            return f"<node {written}>" + "".join(node(kid, i) for i, kid in enumerate(data["kids"])) + "</node>"

        inside = "".join(node(data, index) for index, data in enumerate(nodes))
        head = "<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>"
        return f'{head}<hierarchy rotation="{self.switches.rotation}">{inside}</hierarchy>'

    async def do_uiautomator(self, words: list[str]) -> Answer:
        if self.switches.no_idle and "--compressed" not in words:
            return say("ERROR: could not get idle state.\n")
        path = next((word for word in words[1:] if not word.startswith("-")), "/sdcard/window_dump.xml")
        (self.root / path.lstrip("/")).write_text(await self.hierarchy(), encoding="utf-8")
        return say(f"UI hierchary dumped to: {path}\n")

    # --- touching --------------------------------------------------------------------------------------------------

    def to_screen(self, x: str, y: str) -> tuple[int, int]:
        (width, height), (wide, high) = self.size(), self.screen.size
        return int(float(x) * wide / width), int(float(y) * high / height)

    async def do_input(self, words: list[str]) -> Answer:
        if self.switches.forbid_input:
            return say("", 255, INJECT_ERROR)
        if words[:1] == ["-d"]:
            words = words[2:]
        name, *rest = words
        dark = not self.switches.awake or self.switches.locked
        match name:
            case "tap" | "swipe" | "draganddrop" | "motionevent":
                return say() if dark else await self.touch(name, rest)
            case "text":
                return await self.text(rest[0])
            case "keyevent":
                for key in rest:
                    if key not in ("--longpress",):
                        await self.key(key)
                return say()
            case "keycombination" if self.switches.sdk >= 31:
                await self.screen.tool("key", "+".join(KEYS[key] for key in rest))
                return say()
            case _:
                return say("", 255, f"Error: Unknown command: {name}\n")

    async def touch(self, name: str, rest: list[str]) -> Answer:
        tool = self.screen.tool
        match name, rest:
            case "tap", [x, y]:
                await tool("mousemove", *self.to_screen(x, y), "mousedown", 1, "sleep", 0.03, "mouseup", 1)
            case "motionevent", [what, x, y]:
                press = {"DOWN": ["mousedown", 1], "UP": ["mouseup", 1], "MOVE": []}[what]
                await tool("mousemove", *self.to_screen(x, y), *press)
            case (("swipe" | "draganddrop"), [x1, y1, x2, y2, duration]):
                (left, top), (right, bottom) = self.to_screen(x1, y1), self.to_screen(x2, y2)
                count = max(2, min(60, int(duration) // 16))
                steps: list[object] = ["mousemove", left, top, "mousedown", 1]
                steps += ["sleep", 0.5] if name == "draganddrop" else []
                for i in range(1, count + 1):
                    place = left + (right - left) * i // count, top + (bottom - top) * i // count
                    steps += ["mousemove", *place, "sleep", f"{int(duration) / count / 1000:.4f}"]
                await tool(*steps, "mouseup", 1)
            case _:
                return say("", 255, f"Error: Invalid arguments for command: {name}\n")
        return say()

    async def text(self, text: str) -> Answer:
        typed = text.replace("%s", " ")  # the one sequence `input text` itself takes for something else
        if not all(" " <= char <= "~" for char in typed):
            return say("", 255, TEXT_ERROR)
        await self.screen.tool("type", "--delay", 4, "--", typed[self.switches.swallow :])
        return say()

    async def key(self, name: str) -> None:
        match name:
            case "KEYCODE_HOME":
                await self.show(LAUNCHER)
            case "KEYCODE_BACK":
                await self.screen.page.go_back(wait_until="load")
            case "KEYCODE_WAKEUP":
                self.switches.awake = True
            case "KEYCODE_SLEEP":
                self.switches.awake = False
            case "KEYCODE_POWER":
                self.switches.awake = not self.switches.awake
            case "KEYCODE_PASTE":
                await self.screen.page.keyboard.insert_text(self.clipboard)
            case "KEYCODE_APP_SWITCH":
                self.front = "com.android.launcher3/com.android.quickstep.RecentsActivity"
            case _ if name in KEYS:
                await self.screen.tool("key", KEYS[name])
            case _:
                assert re.fullmatch(r"KEYCODE_[A-Z0-9_]+", name), name  # a key that changes nothing here

    # --- what Android says about itself -------------------------------------------------------------------------

    async def do_wm(self, words: list[str]) -> Answer:
        match words:
            case ["size"]:
                sizes = f"Physical size: {self.screen.width}x{self.screen.height}\n"
                return say(sizes + (f"Override size: {self.override[0]}x{self.override[1]}\n" if self.override else ""))
            case ["size", "reset"]:
                self.override = None
            case ["size", text]:
                width, height = text.split("x")
                self.override = int(width), int(height)
            case ["density"]:
                return say(f"Physical density: {round(self.screen.density * 160)}\n")
            case ["dismiss-keyguard"]:
                self.switches.locked &= self.switches.pin
            case _:
                return say("", 255, "Unknown command\n")
        return say()

    async def do_dumpsys(self, words: list[str]) -> Answer:
        record = f"ActivityRecord{{4d1e2f0 u0 {self.front} t42}}"
        window = f"Application Error: {self.switches.crashed}" if self.switches.crashed else self.front
        if self.switches.locked or not self.switches.awake:
            window = "NotificationShade"
        focus = f"  mCurrentFocus=Window{{9f3a1c7 u0 {window}}}\n  mFocusedApp={record}\n"
        match words:
            case ["window", "displays"]:
                second = "  Display: mDisplayId=2\n  mCurrentFocus=null\n  mFocusedApp=null\n"
                first = f"  Display: mDisplayId=0\n{focus if self.switches.sdk >= 29 else ''}"
                return say("WINDOW MANAGER DISPLAY CONTENTS\n" + (second if self.switches.displays > 1 else "") + first)
            case ["window", "windows"]:
                return say(focus if self.switches.sdk < 29 else "  imeLayeringTarget in display# 0 Window{9f3a1c7}\n")
            case ["window", "policy"]:
                showing = "true" if self.switches.locked else "false"
                secure = "true" if self.switches.pin else "false"
                return say(f"KeyguardServiceDelegate\n    showing={showing}\n    occluded=false\n    secure={secure}\n")
            case ["activity", "activities"]:
                key = "mResumedActivity: " if self.switches.sdk < 31 else "topResumedActivity="
                return say(f"ACTIVITY MANAGER ACTIVITIES (dumpsys activity activities)\n  {key}{record}\n")
            case ["power"]:
                return say(f"  mWakefulness={'Awake' if self.switches.awake else 'Asleep'}\n")
            case ["display"]:
                return say(f"  orientation={self.switches.rotation}\n")
            case ["SurfaceFlinger", "--display-id"]:
                first = 'Display 4619827259835644672 (HWC display 0): port=0 pnpId=GGL displayName="EMU_display_0"\n'
                second = 'Display 4619827551948147201 (HWC display 2): port=1 pnpId=GGL displayName="EMU_display_1"\n'
                return say(first + (second if self.switches.displays > 1 else ""))
            case _:
                return say(f"Can't find service: {words[0]}\n")

    async def do_getprop(self, words: list[str]) -> Answer:
        known = {"ro.build.version.sdk": str(self.switches.sdk), "ro.product.model": "HostPhone"}
        return say(known.get(words[0], "") + "\n")

    async def do_settings(self, words: list[str]) -> Answer:
        match words:
            case ["get", table, key]:
                return say(self.settings[table].get(key, "null") + "\n")
            case ["put", table, key, value]:
                self.settings[table][key] = value
            case ["delete", table, key]:
                self.settings[table].pop(key, None)
            case _:
                return say("", 255)
        return say()

    # --- apps ------------------------------------------------------------------------------------------------------

    async def do_pm(self, words: list[str]) -> Answer:
        match words:
            case ["path", package]:
                known = package in PACKAGES
                return say(f"package:/data/app/{package}/base.apk\n" if known else "", int(not known))
            case ["list", "packages", *_]:
                return say("".join(f"package:{package}\n" for package in PACKAGES))
            case _:
                return say("", 255, "Unknown command\n")

    async def do_cmd(self, words: list[str]) -> Answer:
        match words:
            case ["package", "resolve-activity", "--brief", *_, package]:
                found = next((name for name in APPS if name.split("/")[0] == package), None)
                intro = "priority=0 preferredOrder=0 match=0x108000 specificIndex=-1 isDefault=true\n"
                return say(intro + found + "\n" if found else "No activity found\n")
            case ["clipboard", "set", text] if self.switches.clipboard:
                self.clipboard = text
                return say()
            case _:
                return say("No shell command implementation.\n", 255)

    async def do_am(self, words: list[str]) -> Answer:
        match words:
            case ["start", *_, "-n", component]:
                package, activity = component.split("/", 1)
                names = component, f"{package}/{activity.removeprefix(package)}"
                found = next((name for name in APPS if name in names), None)
                intro = f"Starting: Intent {{ cmp={component} }}\n"
                if found is None:
                    return say(intro, 1, f"Error type 3\nError: Activity class {{{component}}} does not exist.\n")
                await self.show(found)
                return say(intro + "Status: ok\nLaunchState: COLD\nTotalTime: 312\nWaitTime: 315\nComplete\n")
            case ["start", *_, "-d", url]:
                intro = f"Starting: Intent {{ act=android.intent.action.VIEW dat={url} }}\n"
                if not url.startswith("http"):
                    return say(intro, 1, f"Error: Activity not started, unable to resolve Intent {{ dat={url} }}\n")
                await self.screen.page.goto(url)
                return say(intro + "Status: ok\nComplete\n")
            case ["force-stop", package]:
                if self.front.split("/")[0] == package:
                    await self.show(LAUNCHER)
                return say()
            case ["broadcast", *rest]:
                return await self.broadcast(rest)
            case _:
                return say("", 255, "Unknown command\n")

    async def broadcast(self, words: list[str]) -> Answer:
        action = words[words.index("-a") + 1]
        if action == "ADB_INPUT_B64" and self.settings["secure"]["default_input_method"] == ADB_KEYBOARD:
            text = base64.b64decode(words[words.index("msg") + 1]).decode()
            await self.screen.page.keyboard.insert_text(text)
        return say(
            f"Broadcasting: Intent {{ act={action} flg=0x400000 (has extras) }}\nBroadcast completed: result=0\n"
        )

    async def do_ime(self, words: list[str]) -> Answer:
        secure = self.settings["secure"]
        installed = [GBOARD, *([ADB_KEYBOARD] if self.switches.keyboard_installed else [])]
        match words:
            case ["list", *options]:
                names = installed if "-a" in options else secure["enabled_input_methods"].split(":")
                return say("".join(f"{name}\n" for name in names))
            case ["enable", name] if name in installed:
                if name not in secure["enabled_input_methods"].split(":"):
                    secure["enabled_input_methods"] += f":{name}"
                return say(f"Input method {name}: now enabled for user #0\n")
            case ["disable", name]:
                kept = [item for item in secure["enabled_input_methods"].split(":") if item != name]
                secure["enabled_input_methods"] = ":".join(kept)
                return say(f"Input method {name}: now disabled for user #0\n")
            case ["set", name] if name in secure["enabled_input_methods"].split(":"):
                secure["default_input_method"] = name
                return say(f"Input method {name} selected for user #0\n")
            case _:
                return say("", 255, f"Unknown input method {words[-1]} cannot be selected for user #0\n")


COMMANDS = sorted(re.sub("^do_", "", name) for name in dir(Phone) if name.startswith("do_"))
