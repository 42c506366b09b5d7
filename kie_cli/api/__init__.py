"""HTTP: what goes to kie.ai and what comes back. Knows no Typer and no Rich."""
