"""Kie: the parts of one run, made when first asked for; the only module that knows every room."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from kie_cli import __version__
from kie_cli.core.clock import Clock, SystemClock
from kie_cli.core.secret import Secret
from kie_cli.core.task import Task
from kie_cli.errors import BadKey, KieError, LocalFiles
from kie_cli.output.base import Output
from kie_cli.output.stream import Stream

if TYPE_CHECKING:
    from kie_cli.api.client import Client
    from kie_cli.api.early import EarlyLine
    from kie_cli.api.files import Downloads
    from kie_cli.api.transport import Transport
    from kie_cli.config.file import ConfigFile
    from kie_cli.config.key import Key
    from kie_cli.config.places import Places
    from kie_cli.config.settings import Settings
    from kie_cli.ledger.store import Ledger
    from kie_cli.output.ci import Report
    from kie_cli.output.progress import Batch, Progress
    from kie_cli.sandbox.service import Sandbox
    from kie_cli.signals import Signals

SANDBOX_KEY = Secret("sandbox-key-that-opens-nothing")
MAY_EXIST = "A task may exist and be charged."
SANDBOX_NOTE = "Sandbox: nothing real is made or charged."
TRUE_WORDS = {"1", "true", "yes", "on"}


class Kie:
    """
    What a command works with.

    The surroundings (environment, streams, clock) are parameters, so that a test can run a
    whole command line in its own process.
    """

    def __init__(
        self,
        environ: Mapping[str, str] | None = None,
        *,
        stdin: TextIO | None = None,
        stdout: TextIO | None = None,
        stderr: TextIO | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.environ = os.environ if environ is None else environ
        self.stdin = sys.stdin if stdin is None else stdin
        self.stdout = sys.stdout if stdout is None else stdout
        self.stderr = sys.stderr if stderr is None else stderr
        self.clock = SystemClock() if clock is None else clock
        self.argv: Sequence[str] = ()
        self.json = False
        self.quiet = False
        self.verbose = self.environ.get("KIE_DEBUG", "").lower() in TRUE_WORDS
        self.no_input = False
        self.color = "auto"
        self.report: Report | None = None
        self.use_sandbox = self.environ.get("KIE_SANDBOX", "").lower() in TRUE_WORDS
        self._early: EarlyLine | None = None

    @cached_property
    def output(self) -> Output:
        """Where everything that is seen goes."""
        out = Stream(self.stdout, self.environ, self.color)
        err = Stream(self.stderr, self.environ, self.color)
        if self.json:
            from kie_cli.output.jsonlines import JsonLines as Mode
        else:
            from kie_cli.output.plain import Plain as Mode  # type: ignore[assignment]
        output = Mode(out, err, quiet=self.quiet, verbose=self.verbose)
        if self.report:
            self.report.listen(output, "created", "finished", "unfinished")
        for name in ("KIE_API_KEY", "KIE_AI_API_KEY"):
            if len(self.environ.get(name, "").strip()) >= 8:
                self._hide(Secret(self.environ[name].strip()), out, err)
        return output

    def progress(
        self, names: Sequence[str], usual: Mapping[str, float | None], batch: Batch | None = None
    ) -> Progress:
        """Return what shows these rows, tasks or those of a batch, while they are waited for."""
        err = self.output.err
        progress: Progress
        if err.animated and not (self.quiet or self.verbose):
            from kie_cli.output.live import Live

            progress = Live(err, self.clock, names, usual, batch, self.environ)
        else:
            from kie_cli.output.progress import Lines

            progress = Lines(self.output, self.clock, names, batch)
        if self.report:
            self.report.listen(progress, "show")
            for task_id in () if batch else names:
                self.report.saw(Task(task_id, "(no answer)"))
        return progress

    @cached_property
    def signals(self) -> Signals:
        """The signals of this process; only the real program installs them."""
        from kie_cli.signals import Signals

        return Signals(self.clock)

    @cached_property
    def places(self) -> Places:
        """Where kie's files are."""
        from kie_cli.config.places import Places

        return Places(self.environ)

    @cached_property
    def settings(self) -> Settings:
        """What is set, and by what."""
        file, settings = self._set
        for warning in file.warnings:
            self.output.warn(warning)
        return settings

    @cached_property
    def _set(self) -> tuple[ConfigFile, Settings]:
        from kie_cli.config.file import ConfigFile
        from kie_cli.config.settings import Settings

        try:
            path = self.places.config_file
        except LocalFiles:
            path = None  # no home folder: the environment alone may be enough
        file = ConfigFile(path, self.clock)
        settings = Settings(self.environ, file)
        file.read()
        return file, settings

    def open_early(self) -> None:
        """Begin to open a connection to kie.ai for a command that surely needs one."""
        from kie_cli.api.early import early_line

        with suppress(Exception):  # whatever it is, it is met again, and told, by the command
            settings = self._set[1]
            if not self.use_sandbox and settings.get("token").value:
                self._early = early_line(str(settings.get("base_url").value), self.environ)

    @cached_property
    def key(self) -> Key:
        """The API key; raises BadKey without one."""
        from kie_cli.config.key import Key, find_key

        if self.use_sandbox:
            return Key(SANDBOX_KEY, "the sandbox")
        key = find_key(self.settings)
        self._hide(key.secret, self.output.out, self.output.err)
        return key

    @property
    def api_url(self) -> str:
        """The base URL of the API."""
        return self.sandbox.api if self.use_sandbox else str(self.settings.get("base_url").value)

    @property
    def upload_url(self) -> str:
        """The base URL of the upload host."""
        if self.use_sandbox:
            return self.sandbox.upload
        return str(self.settings.get("upload_url").value)

    @property
    def origin(self) -> str:
        """The service that ledger rows belong to."""
        from kie_cli.config.settings import origin_of

        return "sandbox" if self.use_sandbox else origin_of(self.api_url)

    @cached_property
    def ledger(self) -> Ledger:
        """The record of paid tasks; raises LocalFiles."""
        from kie_cli.ledger.store import Ledger

        ledger = Ledger(self.places.state_dir, self.origin, self.clock, version=__version__)
        if self.report:  # whatever comes after it: this is paid
            self.report.listen(ledger, "accepted", about=lambda i, id_, _: Task(id_, "waiting", i))
        self.tell_cut_off(ledger.cut_off)
        return ledger

    @cached_property
    def ledger_if_usable(self) -> Ledger | None:
        """The ledger, or None with a warning: for what costs nothing and can go on without."""
        try:
            return self.ledger
        except LocalFiles as error:
            self.output.warn(f"The record of tasks is not used. {error.message}")
            return None

    @cached_property
    def sandbox(self) -> Sandbox:
        """The offline imitation of kie.ai, in this process."""
        from kie_cli.sandbox.service import Sandbox

        scenario = self.environ.get("KIE_SANDBOX_SCENARIO")
        return Sandbox(self.places.state_dir / "sandbox", self.clock, scenario=scenario)

    @cached_property
    def transport(self) -> Transport:
        """HTTP, signed for the API and the upload host."""
        from kie_cli.api.transport import Transport
        from kie_cli.config.settings import origin_of

        return Transport(
            key=self.key.secret,
            signed={origin_of(self.api_url), origin_of(self.upload_url)},
            user_agent=f"kie-cli/{__version__}",
            clock=self.clock,
            handle=self.sandbox.handle if self.use_sandbox else None,
            log=self.output.debug,
            early=self._early,
        )

    @cached_property
    def client(self) -> Client:
        """kie.ai's endpoints."""
        from kie_cli.api.client import Client

        return Client(self.transport, self.clock, api=self.api_url, upload=self.upload_url)

    @cached_property
    def downloads(self) -> Downloads:
        """Results, fetched without the key."""
        from kie_cli.api.files import Downloads

        loopback = not self.use_sandbox and self.api_url.startswith("http:")
        return Downloads(self.transport, self.client, self.clock, loopback=loopback)

    def again(self, words: str) -> str:
        """Return `kie WORDS` as it is to be typed in this surrounding."""
        by_flag = self.use_sandbox and self.environ.get("KIE_SANDBOX", "").lower() not in TRUE_WORDS
        return f"kie {words}{' --sandbox' if by_flag else ''}"

    def tell_cut_off(self, tasks: Iterable[Task]) -> None:
        """Say which creates of dead processes nobody will ever hear of."""
        for task in tasks:
            why = "an earlier kie create was cut off while it was sending"
            self.output.warn(f"{why}. {MAY_EXIST}", *self.where_to_look(task))

    def where_to_look(self, task: Task) -> tuple[str, ...]:
        """Return what to do about a create of unknown outcome, one line each."""
        sent = f"{datetime.fromtimestamp(task.created_at or 0, UTC):%Y-%m-%d %H:%M:%S} UTC"
        shown = f"{self.again('list --unknown')} shows what was sent."
        return (
            f"Nothing real was charged: it was the sandbox. {shown}"
            if self.use_sandbox
            else f"Look at https://kie.ai/logs before repeating; {shown}",
            f"Look for: {task.model}, sent {sent}. kie did not send it twice.",
            f"It is there:      {self.again(f'adopt TASK_ID --for {task.intent}')}",
            f"It is not there:  {self.again(f'forget {task.intent}')}, then create again",
        )

    def about_key(self, error: KieError) -> list[str]:
        """Return where the key came from, when kie.ai did not take it or it is used up."""
        key = self.__dict__.get("key")
        if key is None or error.code not in {401, 402, 433} or self.use_sandbox:
            return []
        about = "The key" if isinstance(error, BadKey) else "The key in use"
        line = f"{about} ending in {key.secret.masked} came from: {key.source}."
        return [] if line in error.hints else [line]

    def close(self) -> None:
        """Give back what was opened."""
        if "ledger" in self.__dict__:
            with suppress(KieError):
                self._tell_shells()
        for part in ("transport", "ledger"):
            if part in self.__dict__:
                self.__dict__[part].close()

    def _tell_shells(self) -> None:
        """Renew the task ids that the completion of a shell offers."""
        from kie_cli.output.index import keep, one_line

        with_prompt = self.settings.get("record_prompts").value
        folder = self.places.cache_dir / "completion" / ("sandbox" if self.use_sandbox else "")
        tasks, intents = [], []
        for one in self.ledger.newest():
            meaning = f"{one.state}  {one_line(one.prompt) if with_prompt else ''}"
            if one.task_id:
                tasks.append((one.task_id, meaning))
            else:
                intents.append((one.intent, meaning))
        keep(folder / "tasks", tasks)
        keep(folder / "intents", intents)

    def _hide(self, secret: Secret, *streams: Stream) -> None:
        for stream in streams:
            stream.secrets.append(secret)
