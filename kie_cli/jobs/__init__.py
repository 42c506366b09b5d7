"""What several commands do: submit one create, follow tasks, save results. No Typer."""
