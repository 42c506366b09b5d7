"""HTTP: what goes to kie.ai and what comes back. Knows no Typer and no Rich."""

import sys

# httpx loads what kie has no use for, where it finds it: a command line of its own, and with it
# click, Pygments and Rich; two libraries for async. It does without what it cannot load
# (docs/decisions/0010-speed.md).
for name in ("httpx._main", "anyio", "trio"):
    sys.modules.setdefault(name, None)  # type: ignore[arg-type]
