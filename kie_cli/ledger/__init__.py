"""The ledger: what was sent, what came back, what was saved. One SQLite file on this machine."""
