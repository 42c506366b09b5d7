"""`kie credits`: the balance."""

from __future__ import annotations

from kie_cli.commands.common import command
from kie_cli.context import Kie
from kie_cli.core.task import amount


@command
def run(kie: Kie) -> None:
    """
    Print the balance in credits.

    1 credit is 0.005 USD. The cheapest test of an API key: it costs nothing.

    \b
    Examples:
      kie credits
      kie credits --json
    """
    balance = kie.client.credits()
    kie.output.value(amount(balance), {"credits": balance})
