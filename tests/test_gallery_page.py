"""The page of `kie gallery` in a real Chromium, by real keys; without a display and a network."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shlex
import shutil
import subprocess
import time
from pathlib import Path

import pytest

LIMIT = 20  # seconds for one answer of the browser
KEYS = {
    "Enter": 13, "Escape": 27, "End": 35, "Home": 36,
    "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40,
}  # fmt: skip
FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--remote-debugging-pipe", "about:blank",
)  # fmt: skip
HOSTILE = "</script><img src=x onerror=alert(1)> \"'`${1} \u202eetad\x1b[2J\nA second line"


class Browser:
    """Chromium, spoken to over a pipe (the DevTools protocol)."""

    def __init__(self, program: str, home: Path) -> None:
        to_us, from_it = os.pipe()
        to_it, from_us = os.pipe()
        # Chromium wants its pipes at 3 and 4: first out of the way of these, then there.
        ends = [fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (to_it, from_it)]
        script = f'exec 3<&{ends[0]} 4>&{ends[1]}; exec "$@"'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", program, *FLAGS, f"--user-data-dir={home}"],
            pass_fds=ends,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for one in (to_it, from_it, *ends):
            os.close(one)
        self._read, self._write, self._rest, self._asked = to_us, from_us, b"", 0
        self.events: list[dict] = []
        self._session = None

    def begin(self) -> None:
        infos = self.ask("Target.getTargets")["targetInfos"]
        (tab,) = [one["targetId"] for one in infos if one["type"] == "page"]
        self._session = self.ask("Target.attachToTarget", targetId=tab, flatten=True)["sessionId"]
        for room in ("Page", "Runtime", "Log", "Network"):
            self.ask(f"{room}.enable")

    def ask(self, method: str, **parameters) -> dict:
        self._asked += 1
        message = {"id": self._asked, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            answer = self._next(end)
            if answer.get("id") == self._asked:
                assert "error" not in answer, answer
                return answer["result"]
        raise AssertionError(f"no answer to {method} in {LIMIT} s")

    def _next(self, end: float) -> dict:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._read], [], [], max(0, end - time.monotonic()))
            piece = os.read(self._read, 2**20) if ready else b""
            assert piece, "the browser went away"
            self._rest += piece
        line, _, self._rest = self._rest.partition(b"\0")
        message = json.loads(line)
        if "method" in message:
            self.events.append(message)
        return message

    def open(self, page: Path) -> None:
        self.events.clear()
        self.ask("Page.navigate", url=page.absolute().as_uri())
        self.until("document.readyState === 'complete'")

    def run(self, script: str):
        """Return the value of a script on the page."""
        done = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in done, done
        return done["result"].get("value")

    def until(self, script: str) -> None:
        end = time.monotonic() + LIMIT
        while not self.run(script):
            assert time.monotonic() < end, f"never: {script}"

    def press(self, *keys: str) -> None:
        """Press keys by their names; what is no name is typed."""
        for key in keys:
            text = {"Enter": "\r"}.get(key, "" if key in KEYS else key)
            event = {"key": key, "windowsVirtualKeyCode": KEYS.get(key, 0), "text": text}
            self.ask("Input.dispatchKeyEvent", type="keyDown" if text else "rawKeyDown", **event)
            self.ask("Input.dispatchKeyEvent", type="keyUp", **event)

    def window(self, scheme: str = "light", width: int = 1280, height: int = 900) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
        self.ask("Emulation.setDeviceMetricsOverride", **size)
        media = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", features=media)

    def picture(self) -> bytes:
        """Return what is seen, as a PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot")["data"])

    @property
    def complaints(self) -> list[object]:
        """Exceptions, and lines of the console."""
        names = {"Runtime.exceptionThrown", "Runtime.consoleAPICalled", "Log.entryAdded"}
        return [event["params"] for event in self.events if event["method"] in names]

    @property
    def asked_for(self) -> set[str]:
        """The schemes of all addresses that the page asked for."""
        return {
            event["params"]["request"]["url"].partition(":")[0]
            for event in self.events
            if event["method"] == "Network.requestWillBeSent"
        }

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._read)
        os.close(self._write)


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        missing = "no Chromium here: the gallery was not seen in a browser"
        pytest.fail(missing) if os.environ.get("CI") else pytest.skip(missing)
    browser = Browser(program, tmp_path_factory.mktemp("chromium"))
    try:
        browser.begin()
        yield browser
    finally:
        browser.close()


@pytest.fixture
def made(kie):
    """A saved picture, one that is only at kie.ai, a failed task, one that runs; with labels."""
    lines = ["create -p 'A paper lighthouse' --label shop -d", "create -p 'A jar' --label hero -w"]
    ids = [kie([*shlex.split(line), "--json"]).json[0]["task_id"] for line in lines]
    run = kie(["create", "-p", HOSTILE, "--label", "\"><b>'", "-q"])
    kie.server.plays(run.lines[0], "fail")
    assert kie(f"status {run.lines[0]}").code == 0
    last = kie("create -p 'A smoke dragon' -m nano-banana -q").lines[0]
    return [last, run.lines[0], *reversed(ids)]


@pytest.fixture
def page(kie, made, browser):
    assert kie("gallery").code == 0
    kie.server.requests.clear()
    browser.open(Path("kie-gallery.html"))
    browser.window()
    yield browser
    assert browser.complaints == []
    assert browser.asked_for == {"file"}
    assert kie.server.requests == []


VISIBLE = "[...document.querySelectorAll('.card')].flatMap((c, n) => c.hidden ? [] : [n])"
FOCUS = "[...document.querySelectorAll('.card')].findIndex(c => c.contains(document.activeElement))"


def test_each_task_is_a_card_the_newest_first_with_its_saved_picture(page):
    told = page.run("[...document.querySelectorAll('.card')].map(card => card.innerText)")
    assert ["A smoke dragon", "A jar", "A paper lighthouse"] == [
        next(line for line in told[n].splitlines() if line.startswith("A ")) for n in (0, 2, 3)
    ]
    assert "waiting" in told[0]
    assert "Failed" in told[1]
    assert "Not on this disk" in told[2]
    assert "shop" in told[3]
    page.until("document.images[0].complete")
    picture = page.run("(i => [i.alt, i.naturalWidth])(document.querySelector('.card img'))")
    assert picture == ["A paper lighthouse", 64]
    assert page.run("document.querySelector('#count').textContent").startswith("4 tasks")


def test_hostile_prompts_and_labels_are_nothing_but_text(page):
    prompt = page.run("document.querySelectorAll('.card .prompt')[1].textContent")
    assert prompt == HOSTILE.replace("\u202e", "\\u{202e}").replace("\x1b", "\\x1b")
    assert page.run("document.querySelectorAll('img[src=x], b').length") == 0
    page.run("document.body.insertAdjacentHTML('beforeend', '<p style=color:red onclick=alert()>')")
    assert any("Content Security Policy" in str(one) for one in page.complaints)
    page.events.clear()
    page.open(Path("kie-gallery.html"))


def test_words_and_labels_filter_and_escape_shows_everything_again(page):
    page.press("/", *"PAPER light")
    assert page.run(VISIBLE) == [3]
    assert page.run("document.querySelector('#count').textContent").startswith("1 of 4 tasks")
    page.press(*"zz")
    assert page.run(VISIBLE) == []
    assert page.run("document.querySelector('#none').innerText").startswith("Nothing fits.")
    page.press("Escape")
    assert page.run(VISIBLE) == [0, 1, 2, 3]
    options = page.run("[...document.querySelector('#label').options].map(one => one.value)")
    assert options == ["", "\"><b>'", "hero", "shop"]
    page.run("label.value = 'hero'; label.dispatchEvent(new Event('change'))")
    assert page.run(VISIBLE) == [2]


def test_arrows_go_through_the_cards_and_enter_and_escape_through_the_view(page):
    page.press("ArrowRight", "ArrowRight", "ArrowRight")
    assert page.run(FOCUS) == 2
    page.press("End")
    assert page.run(FOCUS) == 3
    page.press("Enter")
    assert page.run("view.open")
    told = page.run("view.innerText")
    for part in ("A paper lighthouse", "✓ Done", "flux-2/pro-text-to-image", "shop", "15 Nov 2026"):
        assert part in told
    page.until("document.querySelector('#stage img').naturalWidth === 64")
    assert page.run("document.querySelector('#next').disabled")
    page.press("ArrowLeft")
    links = page.run("[...view.querySelectorAll('a')].map(a => [a.protocol, a.rel])")
    assert links == [["http:", "noopener noreferrer"]]
    assert "kie download" in page.run("view.innerText")
    page.press("Escape")
    page.until(f"!view.open && {FOCUS} === 2")
    page.window(width=400)  # one column
    page.press("ArrowUp")
    assert page.run(FOCUS) == 1


def test_a_question_mark_tells_the_keys(page):
    page.press("?")
    assert "Keys" in page.run("document.querySelector('dialog[open]').innerText")
    page.press("Escape")
    assert page.run("document.querySelector('dialog[open]')") is None


def test_it_is_light_or_dark_as_the_system_wishes_and_readable_in_both(page):
    """The contrast of text is 4.5 : 1 or more (WCAG 2.2, AA)."""
    grounds, seen = [], []
    for scheme in ("light", "dark"):
        page.window(scheme)
        seen.append(page.picture())
        colours = page.run(
            "Object.fromEntries(['paper','mat','field','ink','soft','accent','bad'].map(name => ["
            "name, getComputedStyle(document.documentElement).getPropertyValue('--' + name)]))"
        )
        grounds.append(_light(colours["paper"]))
        for text, ground in (
            ("ink", "paper"), ("ink", "mat"), ("soft", "paper"), ("soft", "mat"), ("soft", "field"),
            ("accent", "paper"), ("bad", "paper"),
        ):  # fmt: skip
            one, other = sorted((_light(colours[text]), _light(colours[ground])))
            assert (other + 0.05) / (one + 0.05) >= 4.5, (scheme, text, ground)
    assert seen[0] != seen[1]
    assert grounds[0] > 0.8
    assert grounds[1] < 0.05


def _light(colour: str) -> float:
    """The relative luminance of #rgb or #rrggbb."""
    digits = colour.strip().lstrip("#")
    digits = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_without_a_task_the_page_says_what_to_type(kie, browser):
    assert kie("gallery").code == 0
    browser.open(Path("kie-gallery.html"))
    assert "kie create" in browser.run("document.querySelector('main').innerText")
    assert browser.run("document.querySelector('#count').textContent") == "0 tasks  ·  0 credits"
    assert browser.complaints == []


def test_five_hundred_tasks_are_filtered_at_once(kie, browser):
    from kie_cli.core.task import Task
    from kie_cli.jobs.gallery import page

    kie("list")
    tasks = [
        Task(f"t{n}", "success", prompt=f"Prompt {n}", model="m", created_at=1.8e9)
        for n in range(500)
    ]
    Path("many.html").write_text(page(kie.last, tasks, Path.cwd()), "utf-8")
    browser.open(Path("many.html"))
    assert browser.run("document.querySelectorAll('.card').length") == 500
    browser.press("/", *"prompt 499")
    assert browser.run(VISIBLE) == [499]
    took = browser.run("(t => { filter(); return performance.now() - t })(performance.now())")
    assert took < 100  # milliseconds
    assert browser.complaints == []
