"""Windows by documented Win32 calls of user32 and kernel32. Written against their documentation and not yet tested.

Processes are made aware of each monitor's scale first, so that screenshots and the mouse both use physical pixels.
"""

import ctypes
import sys
import time
from collections.abc import Callable
from ctypes import wintypes
from pathlib import PureWindowsPath
from typing import Any

from sightline.environments.desktop.systems import Area, Window
from sightline.tools.errors import Unavailable

_PER_MONITOR_AWARE_V2 = -4
_WM_CLOSE, _SW_RESTORE = 0x0010, 9
_SWP_ONLY_MOVE = 0x0001 | 0x0004 | 0x0010
"""SWP_NOSIZE, SWP_NOZORDER, SWP_NOACTIVATE."""
_CF_UNICODETEXT, _GMEM_MOVEABLE = 13, 0x0002
_INPUT_KEYBOARD, _KEYEVENTF_KEYUP, _KEYEVENTF_UNICODE = 1, 0x0002, 0x0004
_PROCESS_QUERY_LIMITED_INFORMATION = 0x1000
_DIALOG_CLASS = "#32770"
_PASTE_SECONDS = 0.3


class _KeyboardInput(ctypes.Structure):
    """KEYBDINPUT, padded to the size of the union in INPUT, whose largest member is MOUSEINPUT."""

    _fields_ = (
        ("vk", wintypes.WORD),
        ("scan", wintypes.WORD),
        ("flags", wintypes.DWORD),
        ("time", wintypes.DWORD),
        ("extra", ctypes.c_void_p),
        ("padding", ctypes.c_ubyte * 8),
    )


class _Input(ctypes.Structure):
    _fields_ = (("type", wintypes.DWORD), ("keyboard", _KeyboardInput))


class Windows:
    """The desktop of the signed-in user."""

    name = "Windows"
    display = ""
    writes_unicode = True

    def __init__(self) -> None:
        self._user, self._kernel = _library("user32"), _library("kernel32")
        self._user.SetProcessDpiAwarenessContext(ctypes.c_void_p(_PER_MONITOR_AWARE_V2))
        self.clipboard = WindowsClipboard(self._user, self._kernel)

    def windows(self) -> tuple[Window, ...]:
        handles: list[int] = []
        callback_type = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)

        def keep(handle: int, _: int) -> bool:
            if self._user.IsWindowVisible(ctypes.c_void_p(handle)):
                handles.append(handle)
            return True

        self._user.EnumWindows(callback_type(keep), None)
        found = [self._window(handle) for handle in reversed(handles)]
        return tuple(window for window in found if window.title)

    def active(self) -> Window | None:
        self._user.GetForegroundWindow.restype = ctypes.c_void_p
        handle = self._user.GetForegroundWindow()
        return self._window(handle) if handle else None

    def focus(self, window: Window) -> None:
        self._user.ShowWindow(ctypes.c_void_p(window.id), _SW_RESTORE)
        self._user.SetForegroundWindow(ctypes.c_void_p(window.id))

    def move(self, window: Window, left: int, top: int) -> None:
        self._user.SetWindowPos(ctypes.c_void_p(window.id), None, left, top, 0, 0, _SWP_ONLY_MOVE)

    def close_window(self, window: Window) -> None:
        self._user.PostMessageW(ctypes.c_void_p(window.id), _WM_CLOSE, 0, 0)

    def pointer(self) -> tuple[int, int]:
        place = wintypes.POINT()
        self._user.GetCursorPos(ctypes.byref(place))
        return place.x, place.y

    def write_unicode(self, text: str) -> None:
        """Send each UTF-16 unit as a key event of its own, which needs no key on the keyboard."""
        units = text.encode("utf-16-le")
        codes = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
        events = [_unicode_event(code, flags) for code in codes for flags in (0, _KEYEVENTF_KEYUP)]
        block = (_Input * len(events))(*events)
        sent = self._user.SendInput(len(events), block, ctypes.sizeof(_Input))
        if sent != len(events):
            raise Unavailable("Windows refused the typed text: a program run as administrator may be in front")

    def close(self) -> None:
        return

    def _window(self, handle: int) -> Window:
        pointer = ctypes.c_void_p(handle)
        title, kind = ctypes.create_unicode_buffer(512), ctypes.create_unicode_buffer(64)
        self._user.GetWindowTextW(pointer, title, len(title))
        self._user.GetClassNameW(pointer, kind, len(kind))
        pid, shape = wintypes.DWORD(), wintypes.RECT()
        self._user.GetWindowThreadProcessId(pointer, ctypes.byref(pid))
        self._user.GetWindowRect(pointer, ctypes.byref(shape))
        dialog = kind.value == _DIALOG_CLASS
        self._user.FindWindowExW.restype = ctypes.c_void_p
        return Window(
            id=handle,
            title=title.value,
            program=self._program(pid.value),
            pid=pid.value,
            area=Area(shape.left, shape.top, shape.right - shape.left, shape.bottom - shape.top),
            dialog=dialog,
            chooser=dialog and bool(self._user.FindWindowExW(pointer, None, "DUIViewWndClassName", None)),
        )

    def _program(self, pid: int) -> str:
        self._kernel.OpenProcess.restype = ctypes.c_void_p
        process = self._kernel.OpenProcess(_PROCESS_QUERY_LIMITED_INFORMATION, False, pid)
        if not process:
            return ""
        path, size = ctypes.create_unicode_buffer(1024), wintypes.DWORD(1024)
        known = self._kernel.QueryFullProcessImageNameW(ctypes.c_void_p(process), 0, path, ctypes.byref(size))
        self._kernel.CloseHandle(ctypes.c_void_p(process))
        return PureWindowsPath(path.value).stem if known else ""


class WindowsClipboard:
    """The clipboard's text. Other formats that the user had copied are lost when something is pasted."""

    def __init__(self, user: Any, kernel: Any) -> None:
        self._user, self._kernel = user, kernel
        self._kept: str | None = None

    def read(self) -> str:
        self._open()
        try:
            self._user.GetClipboardData.restype = ctypes.c_void_p
            self._kernel.GlobalLock.restype = ctypes.c_void_p
            handle = self._user.GetClipboardData(_CF_UNICODETEXT)
            place = self._kernel.GlobalLock(ctypes.c_void_p(handle)) if handle else None
            if not place:
                return ""
            text = ctypes.wstring_at(place)
            self._kernel.GlobalUnlock(ctypes.c_void_p(handle))
            return text.replace("\r\n", "\n")
        finally:
            self._user.CloseClipboard()

    def paste(self, text: str, press: Callable[[], None]) -> bool:
        """Offer, press, and give the application a moment, for Windows does not tell who has read."""
        if self._kept is None:
            self._kept = self.read()
        self._put(text)
        press()
        time.sleep(_PASTE_SECONDS)
        return True

    def give_back(self) -> None:
        kept, self._kept = self._kept, None
        if kept is not None:
            self._put(kept)

    def _put(self, text: str) -> None:
        data = text.replace("\n", "\r\n").encode("utf-16-le") + b"\0\0"
        self._kernel.GlobalAlloc.restype = ctypes.c_void_p
        self._kernel.GlobalLock.restype = ctypes.c_void_p
        handle = ctypes.c_void_p(self._kernel.GlobalAlloc(_GMEM_MOVEABLE, len(data)))
        ctypes.memmove(self._kernel.GlobalLock(handle), data, len(data))
        self._kernel.GlobalUnlock(handle)
        self._open()
        try:
            self._user.EmptyClipboard()
            self._user.SetClipboardData(_CF_UNICODETEXT, handle)
        finally:
            self._user.CloseClipboard()

    def _open(self) -> None:
        for _ in range(20):
            if self._user.OpenClipboard(None):
                return
            time.sleep(0.05)
        raise Unavailable("the clipboard is held open by another program; close it and run again")


def _unicode_event(code: int, flags: int) -> _Input:
    event = _Input(type=_INPUT_KEYBOARD)
    event.keyboard.scan = code
    event.keyboard.flags = _KEYEVENTF_UNICODE | flags
    return event


def _library(name: str) -> Any:
    if sys.platform != "win32":
        raise Unavailable("the Windows desktop can be had on Windows only; expected another platform's class here")
    return ctypes.WinDLL(name, use_last_error=True)
