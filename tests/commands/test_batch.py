"""`kie batch`: rows that are read, checked, named, made once each, and told."""

from __future__ import annotations

import json
import re
import threading
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from loopback import Reply, example
from sheets import (
    files,
    hats,
    paid,
    posted,
    sheet,
    untouched,
)

from kie_cli.sandbox.png import picture

A1, A2, A3 = (f"{number:032x}" for number in (0xA1, 0xA2, 0xA3))
SCHEMA = json.loads((Path(__file__).parents[2] / "kie_cli/task.schema.json").read_bytes())


# Rows: what they say, and what the command line says for all of them


def test_jsonl_gives_the_urls_of_all_rows_and_a_line_about_each(kie, server):
    run = kie(["batch", hats("a", "b")])

    assert (0, ["hat a", "hat b"]) == (run.code, paid(server))
    assert sorted(f"{server.result}/r/{task}.png" for task in (A1, A2)) == sorted(run.lines)
    assert "2 rows: 2 to make. Price: 10 credits." == run.err.splitlines()[0]
    assert "2 rows: 2 done" in run.err.splitlines()[-1]
    assert not list(Path().glob("*.png"))


def test_csv_makes_the_same_as_jsonl(kie, server, images):
    sheet("prompt,image,key", '"a hat, red",jar.png|logo.png,k1', "cap,jar.png,", name="rows.csv")

    run = kie("batch rows.csv -o out/")

    assert 0 == run.code
    inputs = {prompt: body["input"] for prompt, body in posted(server).items()}
    assert {"a hat, red": 2, "cap": 1} == {p: len(i["input_urls"]) for p, i in inputs.items()}
    assert 2 == len(files())
    assert "k1-1.png" in files()


def test_flags_hold_for_rows_without_a_value_of_their_own(kie, server):
    sheet({"prompt": "a", "aspect_ratio": "4:3"}, {"prompt": "b", "label": "own"}, {})

    run = kie("batch rows.jsonl -a 16:9 -p c --label night --callback-url https://x.example/c")

    assert 0 == run.code
    ratios = {prompt: body["input"]["aspect_ratio"] for prompt, body in posted(server).items()}
    assert {"a": "4:3", "b": "16:9", "c": "16:9"} == ratios
    assert {"https://x.example/c"} == {post.json["callBackUrl"] for post in server.posts()}
    assert ["night", "night", "own"] == sorted(task["label"] for task in kie("list --json").json)


def test_columns_fill_templates_in_prompt_label_image_and_param(kie, server, images):
    sheet("animal,file,n", "fox,jar,7", "owl,logo,8", name="rows.csv")

    run = kie(
        "batch rows.csv -p 'A {animal} in {{braces}}' -i {file}.png -P seed={n}"
        " --label 'L {animal}' -m flux-2/flex-image-to-image --no-validate"
    )

    assert 0 == run.code
    made = posted(server)
    assert {"A fox in {braces}", "A owl in {braces}"} == set(made)
    assert made["A fox in {braces}"]["input"]["input_urls"][0].endswith(".png")
    assert ["7", "8"] == sorted(str(body["input"]["seed"]) for body in made.values())
    assert ["L fox", "L owl"] == sorted(task["label"] for task in kie("list --json").json)


@pytest.mark.parametrize(
    "prompt",
    ["{animal}", "{{animal}}", '{"json": {"a": 1}}', "@rows.jsonl", "file:///etc/passwd", "-x"],
)
def test_a_row_s_own_prompt_is_sent_as_it_stands(kie, server, prompt):
    sheet({"prompt": prompt})

    assert 0 == kie("batch rows.jsonl").code
    assert [prompt] == paid(server)


def test_a_template_that_a_row_cannot_fill_is_told_with_its_line(kie, server, rows):
    sheet({"animal": "fox"}, {"key": "k"}, {"animal": None})

    run = kie(["batch", "rows.jsonl", "-p", "A {animal}"])

    assert (2, "") == (run.code, run.out)
    assert "kie: lines 2-3: --prompt: {animal}: no value of this name." in run.err
    assert untouched(server, rows)


def test_stdin_gives_rows_of_either_kind(kie, server):
    assert 0 == kie("batch -", stdin='{"prompt": "a"}\n{"prompt": "b"}').code
    assert 0 == kie("batch -", stdin="key,prompt\r\nk,c\r\n").code

    assert ["a", "b", "c"] == paid(server)


def test_a_prompt_file_of_each_row_is_found_by_a_template(kie, server):
    Path("fox.txt").write_text("from a file")
    sheet({"key": "fox"}, {"key": "owl", "prompt": "its own"})

    assert 0 == kie(["batch", "rows.jsonl", "-f", "{key}.txt"]).code
    assert ["from a file", "its own"] == paid(server)


@pytest.mark.parametrize("flag", ["-p -", "-f -", "--input -"])
def test_stdin_is_for_the_rows_alone(kie, server, rows, flag):
    run = kie(f"batch - {flag}", stdin='{"prompt": "a"}')

    assert 2 == run.code
    assert "a batch reads stdin for its rows alone." in run.err
    assert untouched(server, rows)


@pytest.mark.parametrize("name", ["prompt", "prompt_file", "input"])
def test_a_row_cannot_read_stdin(kie, server, rows, name):
    sheet({name: "-"} if name != "input" else {"input": {}, "prompt_file": "-"})

    run = kie("batch rows.jsonl", stdin="from stdin")

    assert 2 == run.code
    assert "kie: line 1: " in run.err
    assert untouched(server, rows)


def test_a_dry_run_prints_each_request_and_creates_nothing(kie, server, rows, images):
    sheet({"prompt": "a", "image": "jar.png"}, {"prompt": "b"})

    run = kie("batch rows.jsonl --dry-run")

    assert 0 == run.code
    assert ["a", "b"] == [body["input"]["prompt"] for body in run.json]
    assert [f"file://{Path('jar.png').absolute()}"] == run.json[0]["input"]["input_urls"]
    assert "2 rows: 2 to make. Price: 10 credits." in run.err
    assert "Nothing was sent." == run.err.splitlines()[-1]
    assert untouched(server, rows)


# Problems


def test_all_problems_of_all_rows_are_told_at_once_and_nothing_is_done(kie, server, rows, images):
    sheet(
        {"prompt": "a", "image": "jar.png"},
        {"prompt": "b", "aspect_ratio": "16x9"},
        "{broken",
        {"prompt": "c", "image": "nowhere.png"},
        {"prompt": "d", "promt": "x"},
        {"key": "k", "prompt": "e"},
        {"key": "k", "prompt": "f"},
        {"prompt": "g", "model": "flux-2/pro-text-to-imag"},
        [1],
    )

    run = kie("batch rows.jsonl -o out/")

    assert (2, "") == (run.code, run.out)
    said = run.err.splitlines()
    for line, words in {
        2: "--aspect-ratio 16x9",
        3: "not JSON",
        4: "nowhere.png: no such file",
        5: "promt: no flag of create that a row takes, and no template uses it. Did you mean p",
        7: "key k: line 6 has it too.",
        8: "Did you mean flux-2/pro-text-to-image?",
        9: "not a JSON object",
    }.items():
        assert [
            text for text in said if text.startswith(f"kie: line {line}: ") and words in text
        ], words
    assert untouched(server, rows)
    assert not Path("out").exists()


def test_the_same_problem_of_many_rows_is_one_line(kie, server, rows):
    sheet(*({"prompt": f"{n}", "aspect_ratio": "16x9"} for n in range(50)))

    run = kie("batch rows.jsonl")

    assert 2 == run.code
    assert 1 == run.err.count("16x9")
    assert "kie: lines 1-50: --aspect-ratio 16x9" in run.err
    assert untouched(server, rows)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "there is no row"),
        ("\n\n", "there is no row"),
        ("key,prompt\n", "there is no row"),
        ('[{"prompt": "a"}]', "jq -c '.[]' FILE"),
        ("prompt;key\na;b\n", "no comma in the header"),
        ('prompt\n"never ends\n', "a quoted cell does not end"),
    ],
)
def test_a_file_without_rows_says_what_is_wrong(kie, server, rows, content, words):
    run = kie("batch -", stdin=content)

    assert (2, True) == (run.code, words in run.err)
    assert untouched(server, rows)


def test_a_column_that_nothing_uses_is_told_once_where_it_was_named(kie, server, rows):
    sheet("promt,prompt", "x,a hat", "y,a cap", name="rows.csv")

    run = kie("batch rows.csv")

    assert (2, 1) == (run.code, run.err.count("promt"))
    assert "kie: line 1: promt: " in run.err
    assert untouched(server, rows)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ("-o one.png", "one.png: one file, and these are 2 rows."),
        ("-o 'out/{index}.png'", "all rows would get one name"),
        ("-o 'out/{nope}.png'", "{nope} is none of key, task, index, model, date, ext."),
        ("-o -", "one file, and these are 2 rows."),
        ("-o 'out/{ext}/{key}'", "{ext} can stand in the name of the file alone."),
        ("-o 'out/{key}-{index}/'", "{index} can stand in the name of the file alone."),
        ("--shard 3/2", "--shard: not a shard"),
        ("--timeout x", "--timeout"),
        ("--concurrency 0", "--concurrency"),
        ("--max-credits lots", "--max-credits"),
    ],
)
def test_a_flag_that_does_not_fit_sends_nothing(kie, server, flags, words):
    hats("a", "b")

    run = kie(f"batch rows.jsonl {flags}")

    assert (2, True) == (run.code, words in run.err)
    assert [] == server.requests
    assert ["rows.jsonl"] == files(".")


# Names of files


def test_files_are_named_by_key_and_without_one_by_the_row_s_own_hash(kie):
    sheet({"key": "fox", "prompt": "a"}, {"prompt": "b"})

    run = kie("batch rows.jsonl -o out/")

    assert 0 == run.code
    assert sorted(f"out/{name}" for name in files()) == sorted(run.lines)
    assert "fox-1.png" in files()
    assert 2 == len(files())


def test_a_template_names_folders_and_files(kie):
    hats("fox", "owl")

    run = kie("batch rows.jsonl -o 'out/{date}/{model}/{key}-{index}.{ext}'")

    assert 0 == run.code
    folder = "2026-11-15/flux-2_pro-text-to-image"
    assert [f"{folder}/fox-1.png", f"{folder}/owl-1.png"] == files()


def test_several_results_of_a_row_get_numbers_without_being_asked(kie, server):
    server.answer("createTask", "create.ok")
    task = example("create.ok")["data"]["taskId"]
    urls = [server.file("one"), server.file("two")]
    server.plays(task, Reply(server.record(task, "success", urls)))
    sheet({"key": "fox", "prompt": "a"})

    assert 0 == kie("batch rows.jsonl -o 'out/{key}.{ext}'").code
    assert ["fox-1.png", "fox-2.png"] == files()


@pytest.mark.parametrize(
    "key", ["狐", "🦊", "../../x", "a/b", "con", "x" * 200, "~", ".hidden", "a b"]
)
def test_any_key_becomes_one_name_in_the_folder(kie, server, key):
    sheet({"key": key, "prompt": "a"}, {"key": f"{key[:199]}2", "prompt": "b"})

    run = kie("batch rows.jsonl -o out/")

    assert (0, 2) == (run.code, len(files()))
    assert 2 == len(list(Path("out").iterdir()))
    assert not list(Path().parent.glob("x*"))
    if key in {"狐", "🦊"}:
        assert f"{key}-1.png" in files()
    again = kie("batch rows.jsonl -o out/")
    assert (0, 2, 2) == (again.code, len(files()), len(server.posts()))


def test_keys_that_differ_in_what_a_name_cannot_hold_get_names_of_their_own(kie):
    hats("a/b", "a:b", "a_b", "A_B")

    assert 0 == kie("batch rows.jsonl -o out/").code
    assert 4 == len(files())


def test_a_file_that_is_there_already_is_never_overwritten(kie):
    Path("out").mkdir()
    Path("out/a-1.png").write_text("mine")

    assert 0 == kie(["batch", hats("a"), "-o", "out/"]).code
    assert "mine" == Path("out/a-1.png").read_text()
    assert ["a-1.1.png", "a-1.png"] == files()


def test_one_row_can_go_to_standard_output(kie, server):
    run = kie("batch - -o -", stdin='{"prompt": "a hat"}')

    assert (0, server.files[f"/r/{A1}.png"].bytes) == (run.code, run.raw_out)


# Run again


def test_a_saved_batch_asks_the_network_for_nothing_when_run_again(kie, server):
    first = kie(["batch", hats("a", "b"), "-o", "out/"])
    server.requests.clear()

    again = kie("batch rows.jsonl -o out/")

    assert (0, 0, []) == (first.code, again.code, server.requests)
    assert [Path(one).name for one in sorted(again.lines)] == files()
    assert "2 rows: 0 to make, 2 found in the record. Nothing is to be paid." in again.err


def test_what_is_running_is_attached_to_again(kie, server):
    for number in (0xA1, 0xA2):
        server.plays(f"{number:032x}", "generating")
    assert 8 == kie(["batch", hats("a", "b"), "--timeout", "5"]).code
    server.plays(A1, "generating", "success")
    server.plays(A2, "success")

    again = kie("batch rows.jsonl -o out/")

    assert (0, ["a-1.png", "b-1.png"]) == (again.code, files())
    assert ["hat a", "hat b"] == paid(server)


def test_what_is_done_and_not_saved_is_only_downloaded(kie, server):
    server.files["/r/late.png"] = Reply("broken", 500)
    server.plays(A1, Reply(server.record(A1, "success", [f"{server.result}/r/late.png"])))
    assert 10 == kie(["batch", hats("a"), "-o", "out/"]).code
    server.file("late")
    server.requests.clear()

    again = kie("batch rows.jsonl -o out/")

    assert (0, ["a-1.png"]) == (again.code, files())
    assert {"result"} == {asked.host for asked in server.requests}


def test_a_row_that_failed_stays_failed_and_is_not_made_again(kie, server):
    server.plays(A1, "fail")
    assert 3 == kie(["batch", hats("a"), "-o", "out/"]).code

    again = kie("batch rows.jsonl -o out/")

    assert (3, ["hat a"]) == (again.code, paid(server))
    assert "a: The task failed: " in again.err


def test_a_row_of_unknown_outcome_is_not_sent_again_and_says_what_to_do(kie, server, rows):
    server.answer("createTask", Reply(hang_up=True))
    assert 9 == kie(["batch", hats("a")]).code

    again = kie("batch rows.jsonl")

    assert (9, "", ["hat a"]) == (again.code, again.out, paid(server))
    assert f"kie forget {rows()[0]['intent']}" in again.err

    assert 0 == kie(["forget", rows()[0]["intent"]]).code
    assert 0 == kie("batch rows.jsonl").code
    assert ["hat a", "hat a"] == paid(server)


def test_a_refused_row_may_be_sent_again(kie, server):
    server.answer("createTask", "create.422-validation")
    assert 2 == kie(["batch", hats("a")]).code

    assert 0 == kie("batch rows.jsonl").code


@pytest.mark.parametrize(
    ("other", "what"),
    [
        ({"prompt": "cap"}, "another input"),
        ({"model": "flux-2/flex-text-to-image"}, "another model"),
    ],
)
def test_a_key_that_was_used_for_something_else_sends_nothing_at_all(kie, server, other, what):
    assert 0 == kie(["batch", hats("a")]).code

    sheet({"key": "b", "prompt": "new"}, {"key": "a", "prompt": "hat a", **other})
    run = kie("batch rows.jsonl")

    assert (2, ["hat a"]) == (run.code, paid(server))
    assert f"kie: line 2: key a: used on 2026-11-15 for {what}." in run.err


def test_a_new_row_beside_old_ones_is_all_that_is_paid(kie, server):
    kie(["batch", hats("a", "b"), "-o", "out/"])

    run = kie(["batch", hats("b", "c", "a"), "-o", "out/"])

    assert (0, 3) == (run.code, len(run.lines))
    assert ["hat a", "hat b", "hat c"] == paid(server)
    assert "3 rows: 1 to make, 2 found in the record. Price: 5 credits." in run.err


def test_rows_without_a_key_are_known_by_what_they_ask_for_wherever_they_stand(kie, server):
    sheet({"prompt": "a"}, {"prompt": "b"}, {"prompt": "a"})
    kie("batch rows.jsonl -o out/")
    assert ["a", "a", "b"] == paid(server)

    sheet({"prompt": "a"}, {"prompt": "a"}, "", {"aspect_ratio": None, "prompt": "b"})
    run = kie("batch rows.jsonl -o out/")

    assert (0, 3, 3) == (run.code, len(files()), len(server.posts()))
    assert 3 == len(set(run.lines))


def test_a_row_s_file_counts_by_its_content(kie, server, images):
    sheet({"prompt": "a", "image": "jar.png"})
    kie("batch rows.jsonl")
    Path("moved.png").write_bytes(Path("jar.png").read_bytes())
    sheet({"prompt": "a", "image": "moved.png"})

    assert 0 == kie("batch rows.jsonl").code
    assert 1 == len(server.posts())

    Path("moved.png").write_bytes(picture(96, 64, "another"))
    assert 0 == kie("batch rows.jsonl").code
    assert 2 == len(server.posts())


def test_create_once_and_a_row_s_key_are_one_and_the_same(kie, server):
    kie("create -p 'hat a' --once a")

    run = kie(["batch", hats("a"), "--json"])

    assert (0, A1, ["hat a"]) == (run.code, run.json[-1]["task_id"], paid(server))


def test_shards_make_each_row_once_between_them(kie, server):
    hats(*map(str, range(12)))

    runs = [kie(f"batch rows.jsonl --shard {n}/3 -o out/") for n in (1, 2, 3)]

    assert [0, 0, 0] == [run.code for run in runs]
    assert sorted(f"hat {n}" for n in range(12)) == paid(server)
    assert all(run.lines for run in runs)
    assert 12 == sum(len(run.lines) for run in runs)


def test_every_shard_finds_the_problems_of_all_rows(kie, server, rows):
    hats("a", "b", "a")

    assert [2, 2] == [kie(f"batch rows.jsonl --shard {n}/2").code for n in (1, 2)]
    assert untouched(server, rows)


def test_a_shard_without_rows_is_done(kie, server):
    runs = [kie(["batch", hats("a"), "--shard", f"{n}/2"]) for n in (1, 2)]

    assert [0, 0] == [run.code for run in runs]
    assert ["hat a"] == paid(server)


# Uploads


def test_a_file_of_fifty_rows_is_uploaded_once(kie, server, images):
    sheet(*({"prompt": f"{n}", "image": "jar.png"} for n in range(50)))

    assert 0 == kie("batch rows.jsonl").code
    assert 1 == len(server.seen("upload"))
    assert 1 == len({post.json["input"]["input_urls"][0] for post in server.posts()})
    assert 50 == len(server.posts())


def test_four_uploads_at_once_and_no_more(kie, server):
    """Counted by the server, for rows of one file each and for a row of many files."""
    names = [f"{n}.png" for n in range(16)]
    for name in names:
        Path(name).write_bytes(picture(32, 32, name))
    sheet(
        *({"prompt": name, "image": name} for name in names[:8]),
        {"prompt": "x", "image": names[8:]},
    )
    lock, at_once, most = threading.Lock(), 0, []

    def meanwhile():
        nonlocal at_once
        with lock:
            at_once += 1
            most.append(at_once)
        threading.Event().wait(0.02)  # so that others can come meanwhile
        with lock:
            at_once -= 1

    answers = []
    for number in range(16):
        body = example("upload.ok")
        body["data"]["downloadUrl"] = f"{server.upload}/kieai/100042/{number}.png"
        answers.append(Reply(body, meanwhile=meanwhile))
    server.answer("file-stream-upload", *answers)

    assert 0 == kie("batch rows.jsonl --no-validate").code
    assert (16, 4) == (len(server.seen("upload")), max(most))


def test_a_file_that_cannot_be_uploaded_stops_no_row_without_it(kie, server, images):
    refused = Reply(example("upload.400"), meanwhile=lambda: threading.Event().wait(0.2))
    server.answer("file-stream-upload", *[refused] * 10)
    sheet(
        {"key": "a", "prompt": "a", "image": "jar.png"},
        {"key": "b", "prompt": "b", "image": "jar.png"},
        {"key": "c", "prompt": "c"},
    )

    run = kie("batch rows.jsonl")

    assert (2, ["c"]) == (run.code, paid(server))
    assert (1, 1) == (len(run.lines), len(server.seen("upload")))
    told = [line.partition(": kie.ai") for line in run.err.splitlines() if "(code 400)" in line]
    assert ["kie: a", "kie: b"] == sorted(who for who, _, _ in told)
    server._scripts.clear()
    assert 0 == kie("batch rows.jsonl").code
    assert ["a", "b", "c"] == paid(server)


# What is told


def test_json_is_a_line_a_row_as_they_end_errors_too(kie, server):
    server.answer("createTask", "create.422-validation", Reply(hang_up=True))
    server.plays(A1, "generating", "generating", "generating", "success")
    server.plays(A2, "fail")
    server.plays(A3, "success")

    run = kie(["batch", hats("v", "u", "s", "f", "q"), "--json", "--concurrency", "1"])

    assert 9 == run.code
    assert ["refused", "unknown", "success", "fail", "success"] == [
        one["state"] for one in run.json
    ]
    assert list("vusfq") == [one["once"] for one in run.json]
    assert [1, 2, 3, 4, 5] == [one["line"] for one in run.json]
    assert [True, True, False, True, False] == [bool(one["error"]) for one in run.json]
    for one in run.json:
        Draft202012Validator(SCHEMA).validate(one)
    assert "line" in SCHEMA["properties"]
    assert 9 == json.loads(run.err.splitlines()[-1])["error"]["exit_code"]


def test_json_comes_in_the_order_of_completion(kie, server):
    server.plays(A1, "generating", "generating", "generating", "success")
    server.plays(A2, "success")

    run = kie(["batch", hats("slow", "fast"), "--json"])

    assert [A2, A1] == [one["task_id"] for one in run.json]


def test_quiet_says_results_and_errors_alone(kie, server):
    run = kie(["batch", hats("a", "b"), "-q"])

    assert (0, 2, "") == (run.code, len(run.lines), run.err)


HOSTILE = "\x1b]0;owned\x07\x9b2J\u202egnp\nkie: Done. Saved to ./x.png"


def test_no_server_and_no_file_can_control_the_terminal(kie, server):
    fail = {"state": "fail", "failMsg": HOSTILE, "failCode": HOSTILE, "model": HOSTILE}
    server.plays(A1, fail)
    server.plays(A2, {"state": HOSTILE})
    server.answer("createTask", {"code": 422, "msg": HOSTILE})
    sheet(*({"prompt": f"{HOSTILE}{n}", "label": HOSTILE} for n in range(3)))

    for tty in ("", "out err"):
        for extra in ([], ["--json"]):
            run = kie(
                ["batch", "rows.jsonl", "--timeout", "9", "--color", "never", *extra],
                tty=tty,
                TERM="dumb",
            )
            assert 3 == run.code
            assert run.out.replace("\n", "").isprintable()
            assert run.err.replace("\n", "").isprintable()
            assert "\nkie: Done." not in run.err
    assert 4 == len(server.posts())


def test_a_batch_on_a_terminal_gives_the_same_results(kie, server):
    run = kie(["batch", hats("a", "b"), "-o", "out/"], tty="out err", TERM="xterm")

    plain = re.sub("\x1b]8;;[^\x1b]*\x1b\\\\", "", run.out)  # links are decoration
    assert (0, ["out/a-1.png", "out/b-1.png"]) == (run.code, sorted(plain.splitlines()))


def test_the_sandbox_makes_a_batch_without_key_and_network(sandbox):
    hats("a", "b")

    run = sandbox("batch rows.jsonl -o out/ --json")

    assert 0 == run.code
    assert [True, True] == [one["sandbox"] for one in run.json]
    assert ["a-1.png", "b-1.png"] == files()
    assert [] == sandbox.server.requests
    assert 0 == sandbox("batch rows.jsonl -o out/").code
    assert 2 == len(sandbox("list -q").lines)


@pytest.mark.parametrize("word", ["fail", "lost-answer", "no-credits", "flaky", "expired-link"])
def test_bad_weather_of_the_sandbox_ends_a_batch_as_it_ends_a_create(sandbox, word):
    code = {"fail": 3, "lost-answer": 9, "no-credits": 5}.get(word, 0)
    sheet({"prompt": "a", "key": "a"}, {"prompt": f"b sandbox:{word}", "key": "b"})

    assert code == sandbox("batch rows.jsonl -o out/ --concurrency 1").code
    assert "a-1.png" in files()


def test_three_hundred_rows_are_made_once_each(kie, server):
    hats(*map(str, range(300)))
    kie("config set rate_limit 1000")
    for number in range(300):
        server.plays(f"{0xA1 + number:032x}", "success")

    run = kie("batch rows.jsonl -q")

    assert (0, 300) == (run.code, len(set(run.lines)))
    assert sorted(f"hat {n}" for n in range(300)) == paid(server)
