"""HTTP: what goes to kie.ai and what comes back. Knows no Typer and no Rich."""

import sys

# httpx loads a command line of its own, and with it click, Pygments and Rich, where other tools
# have brought them, which is a third of its start-up; it does without when it cannot.
sys.modules.setdefault("httpx._main", None)  # type: ignore[arg-type]
