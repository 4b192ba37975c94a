"""Playwright's driver: the Node.js inside its package, which needs a library that a bare Debian does not have."""

import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from sightline.tools.errors import Unavailable

DEBIAN_PACKAGE = "libatomic1"
PATIENCE = 20.0
"""Seconds that the driver may take to tell its version."""


def require_driver() -> None:
    """Raises Unavailable, with what is missing, when the driver does not start."""
    spec = find_spec("playwright")
    if spec is None or spec.origin is None:
        raise Unavailable("Playwright is not installed; try: pip install playwright")
    own = Path(spec.origin).parent / "driver" / ("node.exe" if sys.platform == "win32" else "node")
    program = os.environ.get("PLAYWRIGHT_NODEJS_PATH") or str(own)
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=PATIENCE, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise Unavailable(f"Playwright's driver does not start ({error}); try: pip install playwright") from None
    if done.returncode:
        said = done.stderr.strip().removeprefix(f"{program}: ") or f"exit code {done.returncode}"
        raise Unavailable(
            f"Playwright's driver does not start ({said}); run `sightline doctor --install browser`, "
            f"or on Debian: apt-get install {DEBIAN_PACKAGE}"
        )
