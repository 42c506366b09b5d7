"""A day with kie: what the documentation shows, line by line."""

import re
from pathlib import Path

from fakes import START

from kie_cli.errors import Stopped
from kie_cli.sandbox.png import picture

A1, A2, A3 = (f"{number:032x}" for number in (0xA1, 0xA2, 0xA3))


def test_a_create_prints_the_id_and_the_next_step(kie):
    Path("jar.png").write_bytes(picture(1200, 900, "jar"))
    Path("logo.png").write_bytes(picture(96, 64, "logo"))
    prompt = "The jar in image 1 holds capsules like image 2"
    run = kie(["create", "--image", "jar.png", "--image", "logo.png", "--prompt", prompt])
    assert (run.code, run.out) == (0, f"{A1}\n")
    *uploads, after = run.err.splitlines()
    shapes = [r"jar\.png +[\d.]+ (kB|MB)  uploaded", r"logo\.png +\d+ kB  uploaded"]
    assert len(uploads) == 2
    assert all(any(re.fullmatch(shape, line) for line in uploads) for shape in shapes)
    assert after == f"Next:  kie wait {A1} --download"
    (post,) = kie.server.posts()
    assert post.json["model"] == "flux-2/pro-image-to-image"
    sent = post.json["input"]
    assert (sent["prompt"], sent["aspect_ratio"], sent["resolution"]) == (prompt, "1:1", "1K")
    assert len(set(sent["input_urls"])) == 2


def test_create_wait_download_in_one_line(kie, images):
    Path("prompt.txt").write_text("The jar in image 1\n")
    run = kie("create -i jar.png -i logo.png -f prompt.txt -a 1:1 -r 1K --wait --download")
    assert (run.code, run.out) == (0, f"./{A1}-1.png\n")
    assert re.search(r"^Done in 31 s(, 5 credits)?\.$", run.err, re.MULTILINE)
    assert Path(f"{A1}-1.png").read_bytes() == picture(64, 64, A1)
    assert len(kie.server.posts()) == 1


def test_ctrl_c_in_a_wait_ends_with_the_way_back(kie):
    task_id = kie("create -q -p hats").lines[0]
    kie.server.plays(task_id, "generating")

    def ctrl_c():
        raise Stopped(2)

    kie.clock.while_sleeping = ctrl_c
    run = kie(["wait", task_id, "-d"])
    assert (run.code, run.out) == (130, "")
    assert run.err.endswith(
        "Stopped waiting. The task goes on at kie.ai. Come back with:\n"
        f"  kie wait {task_id} --download\n"
    )


def test_a_wrong_ratio_is_refused_with_the_right_one(kie, images):
    run = kie("create -i jar.png -p hat -a 16x9")
    assert (run.code, run.out) == (2, "")
    assert run.err == (
        "kie: --aspect-ratio 16x9: flux-2/pro-image-to-image takes 1:1, 4:3, 3:4, 16:9, 9:16, "
        "3:2, 2:3, auto. Did you mean 16:9?\n"
        "  To send it anyway: --no-validate\n"
    )
    assert kie.server.requests == []


def test_an_answer_that_never_comes_is_exit_9_with_what_to_do(sandbox):
    run = sandbox("create -p hat", KIE_SANDBOX_SCENARIO="lost-answer")
    assert (run.code, run.out) == (9, "")
    told = run.err.splitlines()
    first = told.index("kie: no answer from kie.ai after 60 s. A task may exist and be charged.")
    assert told[first + 1] == (
        "  Nothing real was charged: it was the sandbox. kie list --unknown shows what was sent."
    )
    (line,) = sandbox("list --unknown").lines
    assert line.endswith("\that")


def test_a_list_of_prompts_becomes_a_folder_of_pictures(kie):
    ids = ""
    for prompt in ("a red hat", "a blue hat"):
        run = kie(["create", "-q", "-p", prompt, "-m", "nano-banana-pro"])
        assert run.code == 0
        ids += run.out
    assert ids == f"{A1}\n{A2}\n"
    assert [post.json["model"] for post in kie.server.posts()] == ["nano-banana-pro"] * 2
    run = kie("wait - -d -o out/", stdin=ids)
    assert (run.code, sorted(run.lines)) == (0, [f"out/{A1}-1.png", f"out/{A2}-1.png"])


def test_the_key_comes_from_a_password_manager(kie, own_home):
    key = "sk-kie-0123456789abcdef3f9a"
    run = kie("config set token -", stdin=f"{key}\n")
    file = own_home / ".config/kie/config.toml"
    assert run.code == 0
    assert run.err.startswith("Saved the key ending in 3f9a to ")
    assert run.err.endswith("config.toml (only you can read it)\n")
    assert file.stat().st_mode & 0o777 == 0o600
    assert key in file.read_text()
    assert key not in run.out + run.err


def test_the_list_of_the_last_days(kie):
    task_id = kie(["create", "-q", "-p", "The jar in image 1 holds capsules"]).lines[0]
    made = {"createTime": START * 1000, "completeTime": START * 1000 + 31000, "creditsConsumed": 5}
    kie.server.plays(task_id, made)
    kie(["wait", task_id])
    kie.clock.time = START + 86400
    head, row = kie("list --since yesterday --color never", tty="out").lines
    assert head.split()[:5] == ["TASK", "WHEN", "STATE", "CREDITS", "MODEL"]
    assert row.split()[:5] == [task_id, "Sun", "10:40", "success", "5"]
    (line,) = kie("list --since yesterday").lines
    assert line.endswith("\tflux-2/pro-text-to-image\tThe jar in image 1 holds capsules")
    kie.clock.time = START + 3 * 86400
    assert kie("list --since yesterday").out == ""
