"""Pure parts: no files, no network, no clock of their own, the standard library alone."""
