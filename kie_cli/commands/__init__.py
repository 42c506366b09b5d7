"""One file, one command: `kie NAME` is NAME.py. Typer and the parts of Kie; no HTTP, no SQL."""
