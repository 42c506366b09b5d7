"""`kie gallery`: one page with what this machine made, written whole and over nothing else."""

import json
import re
from pathlib import Path

import pytest

PAGE = Path("kie-gallery.html")


def entries(file=PAGE):
    """The tasks that a page tells."""
    text = Path(file).read_text("utf-8")
    return json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])


def test_writes_one_page_and_prints_its_path(kie):
    task = kie("create -p 'A paper lighthouse' --label shop -d --json").json[0]
    kie.server.requests.clear()
    run = kie("gallery")
    assert (run.code, run.lines, run.err) == (0, ["./kie-gallery.html"], "")
    assert kie.server.requests == []
    (one,) = entries()
    told = {name: one[name] for name in ("id", "model", "state", "prompt", "label", "credits")}
    assert told == {
        "id": task["task_id"], "model": "flux-2/pro-text-to-image", "state": "success",
        "prompt": "A paper lighthouse", "label": "shop", "credits": "5",
    }  # fmt: skip
    name = f"{task['task_id']}-1.png"
    assert one["files"] == [{"name": name, "kind": "image", "src": f"./{name}"}]
    assert kie("gallery --json").json == [{"path": str(PAGE.absolute()), "tasks": 1}]


def test_since_label_and_n_choose_the_tasks(kie):
    for label in ("old", "shop", "shop"):
        kie(f"create -q -p hat --label {label}")
        kie.clock.time += 86400
    for flags, count in (("--label shop", 2), ("--since 36h", 1), ("-n 2", 2), ("--label x", 0)):
        assert kie(f"gallery {flags}").code == 0
        assert len(entries()) == count


def test_files_elsewhere_are_linked_whole_and_lost_ones_not_at_all(kie):
    Path("out a#b").mkdir()
    kie(["create", "-q", "-p", "hat", "-o", "out a#b/x%y.png"])
    kie("gallery")
    assert entries()[0]["files"][0]["src"] == "./out%20a%23b/x%25y.png"
    Path("pages").mkdir()
    assert kie("gallery -o pages/").lines == ["pages/kie-gallery.html"]
    file = Path("out a#b/x%y.png").absolute()
    assert entries("pages/kie-gallery.html")[0]["files"][0]["src"] == file.as_uri()
    file.unlink()
    kie("gallery")
    (one,) = entries()
    assert (one["files"], len(one["links"])) == ([], 1)
    assert one["save"] == f"kie download {one['id']}"


def test_only_web_addresses_become_links_and_the_sandbox_gives_none(kie, sandbox):
    from kie_cli.core.task import Task
    from kie_cli.jobs.gallery import page

    urls = ("javascript:alert(1)", "file:///etc/passwd", "https://x.kie.ai/a.png")
    for made, links in ((False, ["https://x.kie.ai/a.png"]), (True, [])):
        kie("list")
        task = Task("t1", "success", urls=urls, sandbox=made)
        PAGE.write_text(page(kie.last, [task], Path.cwd()), "utf-8")
        assert entries()[0]["links"] == links


def test_a_hostile_prompt_cannot_leave_its_place_in_the_page(kie):
    prompt = "</script><script>alert(1)</script> {{data}} <!-- \u202e \x1b[2J \u2028 \"'"
    kie(["create", "-q", "-p", prompt, "--label", prompt[:30]])
    kie("gallery")
    text = PAGE.read_text("utf-8")
    assert "alert(1)</script>" not in text
    assert not re.search("[\x00-\x09\x0b-\x1f\u2028\u202e]", text)
    assert entries()[0]["prompt"].startswith("</script><script>alert(1)</script> {{data}} <!-- ")
    assert text.count("<script") == 2


def test_nothing_is_loaded_from_anywhere_by_its_own_policy(kie):
    kie("gallery")
    text = PAGE.read_text("utf-8")
    policy = re.search(r'Security-Policy" content="(.*?)"', text)[1]
    assert policy.startswith("default-src 'none'; img-src 'self' file:; media-src 'self' file:; ")
    assert "unsafe" not in policy
    assert not re.search(r"https?://", text)


def test_a_file_that_kie_did_not_make_stays_as_it_is_without_force(kie):
    PAGE.write_text("my own page")
    run = kie("gallery")
    assert (run.code, run.out, PAGE.read_text()) == (2, "", "my own page")
    assert "--force" in run.err
    assert kie("gallery --force").code == 0
    assert kie("gallery").code == 0, "its own page is made anew"
    assert [PAGE] == list(Path().iterdir())


def test_a_link_or_a_folder_in_the_way_is_never_written_to(kie):
    Path("other").write_text("other")
    PAGE.symlink_to("other")
    Path("dir/kie-gallery.html").mkdir(parents=True)
    for flags in ("--force", "-o dir --force"):
        assert kie(f"gallery {flags}").code == 2
    assert Path("other").read_text() == "other"


@pytest.mark.parametrize("name", ["nowhere/page.html", "x" * 300])
def test_a_page_that_cannot_be_written_is_exit_11_in_a_sentence(kie, name):
    run = kie(f"gallery -o {name}")
    assert (run.code, run.out) == (11, "")
    assert "the gallery was not written" in run.err
    assert [] == list(Path().iterdir())


def test_an_empty_record_is_a_page_that_says_so(kie):
    run = kie("gallery")
    assert (run.code, run.lines) == (0, ["./kie-gallery.html"])
    assert "No task fits" in run.err
    assert entries() == []


def test_open_shows_it_in_the_browser_and_says_so_where_there_is_none(kie, real, own_home):
    run = real("gallery --open", BROWSER="sh -c 'echo \"$0\" > opened' %s")
    assert run.code == 0
    assert Path("opened").read_text().strip() == PAGE.absolute().as_uri()
    run = kie("gallery --open")
    assert (run.code, run.lines) == (1, ["./kie-gallery.html"])
    assert "It could not be opened" in run.err
