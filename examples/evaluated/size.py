"""How large the adapter of a run is: a command of one's own, which writes a flat JSON object.

python size.py FOLDER --rank R --out FILE
"""

import argparse
import json
from pathlib import Path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    size = sum(path.stat().st_size for path in given.folder.glob("adapter_model.*"))
    measured = {"bytes": size, "bytes_per_rank": size / given.rank}
    given.out.write_text(json.dumps(measured) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
