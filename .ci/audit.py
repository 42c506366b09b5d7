"""Read what pip-audit found; say aloud where the package registry could not be asked."""

import json
import sys
from pathlib import Path

text = Path(sys.argv[1]).read_text(encoding="utf-8")
packages = json.loads(text)["dependencies"] if text else []
asked = [one for one in packages if "skip_reason" not in one]
holes = [f"{one['name']} {one['version']}: {hole['id']}" for one in asked for hole in one["vulns"]]
if asked:
    print(f"{len(asked)} of {len(packages)} packages looked up, {len(holes)} known holes")
else:
    print("NOT DONE: the package registry here tells nothing of known holes.")
sys.exit("\n".join(holes) or None)
