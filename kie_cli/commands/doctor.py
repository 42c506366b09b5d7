"""`kie doctor`: what stands between this machine and a picture."""

from __future__ import annotations

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.errors import ExitCode

HEAD = ("CHECK", "STATE", "FOUND")


@command
def run(kie: Kie) -> ExitCode:
    """
    Check the key, the hosts, the clock, folders and the record of tasks.

    One line each: ok, warning or fault, with what to do about it. Costs nothing, creates
    nothing, works without a key. Exits with 0, or with the code of the first fault: 2 a
    setting, 4 the key, 7 a host, 11 files. With --sandbox: only what is on this machine.

    \b
    Examples:
      kie doctor
      kie doctor --json | jq -r 'select(.state != "ok") | .check + ": " + .detail'
    """
    from kie_cli.jobs.doctor import examine

    checks = examine(kie)
    rows = []
    for one in checks:
        found = one.detail
        if one.hint:
            found = f"{found.rstrip('.')}. {'; '.join(one.hint.splitlines())}"
        rows.append(((one.name, one.state, found), one.as_json()))
    kie.output.table(HEAD, rows, cut_last=False)
    return next((one.code for one in checks if one.code), ExitCode.OK)
