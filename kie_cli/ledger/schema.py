"""The tables of `tasks.sqlite3`, version by version."""

from __future__ import annotations

ONE = (
    # `seq` gives the order: clocks can be set back. A key of `once` is free again after
    # a refusal, and after a person said that an unknown create is not there (settled_at).
    # Two rows may have one task_id: the second paid answer must be kept, whatever it says.
    """
    CREATE TABLE creates (
        seq INTEGER PRIMARY KEY AUTOINCREMENT, intent TEXT NOT NULL UNIQUE, origin TEXT NOT NULL,
        outcome TEXT NOT NULL
            CHECK (outcome IN ('prepared', 'sending', 'accepted', 'refused', 'unknown')),
        owner TEXT NOT NULL, lease REAL NOT NULL, version TEXT NOT NULL, key_fingerprint TEXT,
        model TEXT NOT NULL, label TEXT, once TEXT, input_hash TEXT NOT NULL, body_sha256 TEXT,
        created_at REAL NOT NULL, sent_at REAL, completed_at REAL, settled_at REAL,
        attempts INTEGER NOT NULL DEFAULT 0, task_id TEXT, task_state TEXT, credits REAL,
        error TEXT, urls TEXT, callback_url TEXT, prompt TEXT, input_json TEXT, body BLOB,
        result TEXT, answer TEXT, raw TEXT,
        state TEXT GENERATED ALWAYS AS (
            CASE outcome WHEN 'accepted' THEN coalesce(task_state, 'waiting') ELSE outcome END
        ) VIRTUAL
    )
    """,
    "CREATE INDEX creates_task ON creates (origin, task_id)",
    "CREATE INDEX creates_open ON creates (outcome) WHERE outcome IN ('prepared', 'sending')",
    """
    CREATE UNIQUE INDEX creates_once ON creates (origin, once)
    WHERE once IS NOT NULL AND outcome <> 'refused' AND settled_at IS NULL
    """,
    "CREATE TABLE events (intent TEXT NOT NULL, at REAL NOT NULL, state TEXT NOT NULL, why TEXT)",
    "CREATE INDEX events_intent ON events (intent)",
    # Tasks of other machines are saved too, so this hangs on the task id. A path is bytes.
    """
    CREATE TABLE files (
        origin TEXT NOT NULL, task_id TEXT NOT NULL, position INTEGER NOT NULL,
        path BLOB NOT NULL, size INTEGER NOT NULL, sha256 TEXT NOT NULL, url TEXT NOT NULL,
        state TEXT NOT NULL CHECK (state IN ('saving', 'saved')),
        PRIMARY KEY (origin, task_id, position)
    ) WITHOUT ROWID
    """,
    """
    CREATE TABLE uploads (
        sha256 TEXT NOT NULL, host TEXT NOT NULL, key TEXT NOT NULL, url TEXT NOT NULL,
        at REAL NOT NULL, PRIMARY KEY (sha256, host, key)
    ) WITHOUT ROWID
    """,
)
TWO = (
    # Downloads that were cut off: what lies in `path`, of which answer.
    """
    CREATE TABLE parts (
        origin TEXT, task_id TEXT, position INTEGER, path BLOB NOT NULL, url TEXT NOT NULL,
        validator TEXT, PRIMARY KEY (origin, task_id, position)
    ) WITHOUT ROWID
    """,
)
THREE = (
    # Credits, as kie expected them before the send; kie.ai's own word is in `credits`.
    "ALTER TABLE creates ADD COLUMN estimate REAL",
    "CREATE INDEX creates_sent ON creates (origin, sent_at)",  # for the pace of creates
)

# What makes each version of the one before it, kept for ever: add one, change none.
STEPS = (ONE, TWO, THREE)
VERSION = len(STEPS)  # a file with a higher number is left alone
