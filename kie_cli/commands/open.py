"""`kie open`: look at results with the system's viewer or browser."""

from __future__ import annotations

from kie_cli.commands.common import TaskIds, command, read_ids
from kie_cli.context import Kie
from kie_cli.errors import WrongInput


@command
def run(kie: Kie, task_ids: TaskIds = None) -> None:
    """
    Open the results of finished tasks: the saved files, else their URLs.

    The system chooses the viewer or browser; BROWSER names another one. Prints what was
    opened. Exits with 1 where there is nothing to open it with, as on a machine without
    a display, with 3 or 8 for a task that failed or still runs.

    \b
    Examples:
      kie open 2aeff425a5f21580d2f225c4129e63ab
      BROWSER=firefox kie open TASK_ID
      kie list --label shop --state success -q | kie open -
    """
    from kie_cli.jobs.show import finished, open_results

    ids = read_ids(kie, task_ids)
    if not ids:
        raise WrongInput("Open the results of which task?", "kie open TASK_ID; ids: kie list")
    for task_id in ids:
        for place in open_results(kie, finished(kie, task_id)):
            kie.output.value(place, {"task_id": task_id, "opened": place})
