"""What a CI job reads: lines that are no commands to it, outputs, and a table for its page."""

import json
import re
from html.parser import HTMLParser

import pytest
from conftest import KEY
from fakes import FakeStream
from hypothesis import given
from hypothesis import strategies as st

from kie_cli.core.secret import Secret
from kie_cli.core.task import Task
from kie_cli.errors import LocalFiles, NotSaved, WrongInput
from kie_cli.output.ci import LARGEST_SUMMARY, Report, outputs, summary
from kie_cli.output.stream import Stream
from kie_cli.output.text import safe, to_json

SIGNS = ("CI", "GITHUB_ACTIONS", "GITLAB_CI", "TF_BUILD", "TEAMCITY_VERSION")
COMMANDS = [
    "::add-mask::x",
    "  \t::error file=a,line=1::x",
    "\u3000::stop-commands::x",
    ":::debug::x",
    "##[add-mask]x",
    "a prompt ##[error]x",
    "###[group]x",
    "\\##[warning]x",
    "see ##vso[task.setvariable variable=a]b",
    "see ##teamcity[buildNumber '1']",
]


def is_command(line):
    """
    Tell whether a runner takes a line as a command, of whatever name.

    As in actions/runner, ActionCommand.cs: TryParseV2, then TryParse; Azure and TeamCity likewise.
    """
    begun = line.lstrip().startswith("::") and "::" in line.lstrip()[2:]
    return begun or re.search(r"##\w*\[", line) is not None


def written(text, **env):
    stream = Stream(FakeStream(), env)
    stream.line(text)
    return stream.raw.text


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("text", COMMANDS)
def test_no_line_is_a_command_to_a_ci_job(sign, text):
    assert is_command(text)
    assert not is_command(written(safe(text), **{sign: "true"}))


@given(st.text(st.sampled_from(":#[]vso \t\\\"'") | st.characters(), max_size=30))
def test_no_text_at_all_is_a_command_and_json_still_means_the_same(text):
    assert not is_command(written(safe(text), CI="true"))
    line = written(to_json({"message": text}), CI="true")
    assert not is_command(line)
    assert {"message": text} == json.loads(line)


@pytest.mark.parametrize("env", [{}, {"CI": ""}, {"CI": "false"}, {"CI": "0"}])
@pytest.mark.parametrize("text", COMMANDS)
def test_elsewhere_a_script_reads_what_was_written(text, env):
    assert f"{text}\n" == written(text, **env)


@pytest.mark.parametrize("text", ["std::string", "a::b::c", "# 3 [x]", ": x", "{'a': 1}", "##"])
def test_what_is_no_command_stays_as_it_is(text):
    assert f"{text}\n" == written(text, CI="true")


def test_several_lines_in_one_are_each_no_command():
    assert written("a\n::b::c", CI="1") == "a\n\\u003a:b::c\n"


@pytest.mark.parametrize(
    ("env", "colored"), [({}, True), ({"TERM": "dumb"}, False), ({"NO_COLOR": "1"}, False)]
)
def test_a_terminal_of_a_ci_job_has_colours_and_nothing_that_moves(env, colored):
    stream = Stream(FakeStream(tty=True), {"CI": "true", **env})
    assert (stream.animated, stream.colored) == (False, colored)


# Outputs and summary.


def given_outputs(text):
    """Read $GITHUB_OUTPUT as actions/runner does (FileCommandManager.cs)."""
    found, lines = {}, iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, _, end = line.partition("<<")
        assert name.isidentifier()
        assert end
        found[name] = "\n".join(iter(lambda: next(lines), end))
    return found


HOSTILE = [
    Task("t1", "success", urls=("https://a/1\nexit_code<<x\n0\nx",), files=("./a\nb.png", "-")),
    Task("t2", "fail\n::add-mask::x", credits=2.5, files=("out/b.png",)),
    Task(None, "unknown", intent="i-1"),
]


def clean(text):
    stream = Stream(None, {})
    stream.secrets.append(Secret(KEY))
    return safe(stream.without_keys(text))


def test_outputs_are_one_a_line_whatever_is_in_them():
    found = given_outputs(outputs(HOSTILE, 9, clean))
    url, file = r"https://a/1\nexit_code<<x\n0\nx", r"./a\nb.png"
    assert found == {
        "task_ids": "t1\nt2",
        "urls": url,
        "files": f"{file}\nout/b.png",
        "task_id": "t1",
        "url": url,
        "file": file,
        "credits": "2.5",
        "exit_code": "9",
    }


def test_the_end_of_an_output_cannot_be_guessed():
    ends = {re.search("<<(.*)", outputs([], 0, clean))[1] for _ in range(50)}
    assert 50 == len(ends)
    assert min(map(len, ends)) >= 32


def test_outputs_of_nothing_are_empty():
    found = given_outputs(outputs([], 2, clean))
    assert found.pop("credits") == "0"
    assert found.pop("exit_code") == "2"
    assert set(found.values()) == {""}


class Page(HTMLParser):
    """The tags, links and texts of a summary."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.links, self.loose, self._open = [], [], "", []
        self.rows = [[]]
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, *(name for name, _ in attrs)))
        self.links += [value for name, value in attrs if name == "href"]
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag == "td":
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert tag == self._open.pop()

    def handle_data(self, data):
        if "code" not in self._open:
            self.loose += data
        if "td" in self._open:
            self.rows[-1][-1] += data


TAGS = {("h3",), ("p",), ("code",), ("table",), ("tr",), ("th",), ("td",), ("a", "href")}


def test_the_summary_has_a_row_a_task_with_its_links():
    urls = ("https://a/1.png?x=1&y=2", "http://a/2.png", "javascript:alert(1)")
    task = Task(
        "t1", "success", model="flux", urls=urls, created_at=1, completed_at=32, credits=5,
        prompt="A hat\n  in the rain",
    )  # fmt: skip
    page = Page(summary([task], "create", 0, clean, 9999))
    assert page.rows[-1] == ["t1", "success", "31 s", "5", "flux", "A hat in the rain", "1"]
    assert page.links == ["https://a/1.png?x=1&y=2"]


@given(st.text(st.sampled_from("|`<>&\"'*_[]()!@#:/\n\r \\-") | st.characters(), max_size=40))
def test_no_text_leaves_its_cell_in_the_summary(text):
    """Neither as HTML nor as Markdown: no empty line ends the block, all outside is <code>."""
    task = Task("t1", text, model=text, prompt=text, urls=(f"https://{text}", text))
    told = summary([task], "create", 0, clean, 9999)
    page = Page(told)
    assert set(page.tags) <= TAGS
    assert "\n\n" not in told.strip("\n")
    assert told.startswith("\n<h3>")
    assert told.endswith("</table>\n\n")
    assert all(link.startswith("https://") for link in page.links)
    heads = "TaskStateTimeCreditsModelPromptResults"
    assert page.loose.replace("\n", "") == f"kie create{heads}{' '.join('12'[: len(page.links)])}"


def test_no_key_is_in_the_outputs_or_the_summary():
    task = Task("t1", "fail", model=f"x{KEY}", prompt="y" * 80 + KEY, urls=(f"https://a/?k={KEY}",))
    told = outputs([task], 0, clean) + summary([task], "create", 0, clean, 9999)
    assert KEY[:12] not in told
    assert told.count("[key]") == 5


@pytest.mark.parametrize("room", [0, 400, 1000, 5000, 50_000])
def test_the_summary_keeps_to_its_room_and_tells_how_many_are_not_in_it(room):
    tasks = [Task(f"t{number}", "success", prompt="東" * 40) for number in range(200)]
    told = summary(tasks, "batch", 0, clean, room)
    assert len(told.encode()) <= room
    if told:
        page = Page(told)
        shown = sum(row[0].startswith("t") for row in page.rows if row)
        assert shown == 200 or f"{200 - shown} more are in: kie list" in told


@pytest.mark.parametrize("env", [{}, {"GITHUB_OUTPUT": ""}])
def test_without_a_file_for_outputs_there_is_no_report(env):
    with pytest.raises(WrongInput, match="Nothing was sent"):
        Report(env)


def test_a_file_that_cannot_be_written_is_found_before_anything_is_sent(tmp_path):
    with pytest.raises(LocalFiles, match="Nothing was sent"):
        Report({"GITHUB_OUTPUT": str(tmp_path / "no/folder")})


def test_what_others_wrote_stays_and_counts_for_the_limit(tmp_path):
    out, page = tmp_path / "out", tmp_path / "page"
    out.write_text("mine=1\n")
    page.write_text("x" * (LARGEST_SUMMARY - 100))
    report = Report({"GITHUB_OUTPUT": str(out), "GITHUB_STEP_SUMMARY": str(page)})
    report.saw(Task("t1", "success"))
    report.write("create", 0, lambda task: task, clean)
    assert out.read_text().startswith("mine=1\ntask_ids<<")
    assert page.stat().st_size == LARGEST_SUMMARY - 100


def test_outputs_that_cannot_be_written_at_the_end_are_not_saved(tmp_path):
    report = Report({"GITHUB_OUTPUT": str(tmp_path / "out")})
    (tmp_path / "out").unlink()
    (tmp_path / "out").mkdir()
    with pytest.raises(NotSaved, match="could not be written"):
        report.write("create", 0, lambda task: task, clean)
