"""`kie sandbox`: kie.ai's offline imitation for anybody's client."""

from __future__ import annotations

from typing import Annotated

import typer

from kie_cli.commands.common import command
from kie_cli.context import SANDBOX_NOTE, Kie

app = typer.Typer(help="The offline imitation of kie.ai.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """The offline imitation of kie.ai."""  # noqa: D401 (it is the help text)


@app.command()
@command
def serve(
    kie: Kie,
    port: Annotated[
        int, typer.Option("--port", min=0, max=65535, help="The port; 0 picks a free one.")
    ] = 0,
) -> None:
    """
    Serve the sandbox over HTTP on this machine, until Ctrl-C.

    Prints KIE_BASE_URL and KIE_UPLOAD_URL. Any key of 8 or more characters is taken.
    Nothing real is made or charged, and nothing leaves this machine. Scenarios, by
    KIE_SANDBOX_SCENARIO or by a word like sandbox:fail in the prompt: fail, slow,
    no-credits, rate-limit, maintenance, expired-link, lost-answer, flaky, moderated.

    \b
    Examples:
      kie sandbox serve --port 8123
      KIE_BASE_URL=http://127.0.0.1:8123 KIE_API_KEY=any-text-at-all kie credits
      kie create --sandbox -p "a jar sandbox:fail" --wait
    """
    from kie_cli.sandbox.server import SandboxServer

    server = SandboxServer(
        kie.places.state_dir / "sandbox",
        kie.clock,
        port=port,
        scenario=kie.environ.get("KIE_SANDBOX_SCENARIO"),
    )
    try:
        for name in ("KIE_BASE_URL", "KIE_UPLOAD_URL"):
            kie.output.value(f"{name}={server.url}", {name: server.url})
        kie.output.note(f"{SANDBOX_NOTE} Stop with Ctrl-C.")
        server.run()
    finally:
        server.close()
