#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line alone: its help, its exit codes and words, rules tried, definitions checked, homes
made, and what `up` and `demo` leave behind.

usage: cli.py BUILD
"""
import json
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unicodedata
from fractions import Fraction

import office
from completion import offered
from office import expect, expect_equal

CALENDAR = os.path.join(office.ROOT, "configs", "calendars", "working_days.yaml")
CONFORMANCE = os.path.join(office.ROOT, "..", "shared", "cel", "conformance.json")
DEADLINES = os.path.join(office.ROOT, "tests", "data", "deadlines.json")
EXPRESSIONS = os.path.join(office.ROOT, "tests", "data", "expressions.json")
GONE_SECONDS = 10
VERBS = ("init", "up", "demo", "submit", "revise", "withdraw", "wait", "show", "list", "watch",
         "reviews", "accept", "opine", "ask", "hold", "resume", "extend", "remind", "escalate",
         "deliver", "reopen", "conflicts", "rule", "waive", "verdict", "conditions", "decide", "journal",
         "verify", "head", "backup", "restore", "export", "upgrade", "lint", "check", "eval", "calendar",
         "key", "account", "department", "help")


class Place:
    """The program, and a folder to work in."""

    def __init__(self, build):
        self.build = os.path.abspath(build)
        self.folder = tempfile.mkdtemp(prefix="huishen-cli-")

    def run(self, *arguments, seconds=60, environment=None, **options):
        variables = {name: value for name, value in os.environ.items()
                     if name not in ("HUISHEN_HOME", "HUISHEN_DATADIR", "LC_ALL", "LC_MESSAGES")}
        variables["LANG"] = "C.UTF-8"
        variables.update(environment or {})
        options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
        return subprocess.run([os.path.join(self.build, "huishen")] + list(arguments), text=True,
                              stdin=subprocess.DEVNULL, timeout=seconds, env=variables, **options)

    def said(self, status, words, *arguments, **options):
        """Runs the program, which must end with @status and say each of @words on standard error."""
        result = self.run(*arguments, **options)
        expect_equal(f"{' '.join(arguments)}: the exit status ({result.stderr.strip()})",
                     result.returncode, status)
        for word in words:
            expect(word in result.stderr, f"{' '.join(arguments)}: said {result.stderr!r}")
        return result

    def printed(self, *arguments, **options):
        return self.said(0, (), *arguments, **options).stdout

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path


# ---- help and usage ----------------------------------------------------------------------------------


def help_of_every_verb(place):
    for arguments in ((), ("help",)):
        listed = place.printed(*arguments)
        for verb in VERBS:
            expect(re.search(rf"^  {verb} ", listed, re.M), f"the list has no {verb}")
    for verb in VERBS:
        english = place.printed(verb, "--help")
        expect_equal(f"help {verb}", place.printed("help", verb), english)
        expect("Exit status" in english and "Example" in english, f"{verb}: {english}")
        chinese = place.printed("--lang", "zh", verb, "--help")
        expect("退出码" in chinese and "例" in chinese, f"{verb}: {chinese}")
        for line in english.splitlines():
            expect(len(line) <= 110, f"{verb}: a line of {len(line)}: {line}")


def language_of_the_environment(place):
    for environment, word in (({"LC_ALL": "zh_CN.UTF-8"}, "命令"), ({"LANG": "zh_CN"}, "命令"),
                              ({"LANG": "zh_CN", "LC_ALL": "C"}, "Verbs"),
                              ({"LC_MESSAGES": "en_US", "LANG": "zh_CN"}, "Verbs")):
        expect(word in place.printed(environment=environment), f"{environment}: no {word}")
    expect("没有命令" in place.said(2, (), "nothing", "--lang", "zh").stderr, "not in Chinese")


def bad_usage(place):
    table = [
        (("sumbit",), ("no command sumbit", "did you mean submit?")),
        (("help", "lst"), ("did you mean list?",)),
        (("eval", "--jsno", "1"), ("no option --jsno", "did you mean --json?")),
        (("list", "--lang"), ("--lang needs a value",)),
        (("list", "--lang", "fr"), ("zh|en",)),
        (("list", "--json=1"), ("takes no value",)),
        (("list",), ("--home", "HUISHEN_HOME")),
        (("show", "--home", "x"), ("show ID",)),
        (("show", "1", "2", "--home", "x"), ("one word too many, 2",)),
        (("wait", "1", "--for", "lunch", "--home", "x"), ("verdict|end",)),
        (("opine", "1/1/fire", "--result", "maybe", "--home", "x"),
         ("agree|conditional|disagree|not_involved|not_competent\n",)),
        (("eval",), ("--cases",)),
        (("eval", "1", "--cases", "x"), ("--cases",)),
        (("key", "old", "--home", place.folder, "--as", "x"), ("not key old",)),
        (("key", "new", "--home", place.folder), ("--as",)),
        (("key", "new", "--home", place.folder, "--as", "agent:Fire"), ("agent:Fire",)),
        (("check", "absent.yaml"), ("absent.yaml",)),
        (("check", office.sample(1), "--process", "absent"), ("absent",)),
        (("check", office.sample(1), "--department", "absent"), ("absent",)),
        (("hold", "1/1/fire", "--reason", "hearing", "--home", "x"),
         ("hold needs --reason, --document, --until",)),
        (("hold", "1/1/fire", "--reason", "correction", "--home", "x"), ("expert_review|hearing|",)),
        (("hold", "1/1/fire", "--approve", "--refuse", "no", "--home", "x"), ("not both",)),
        (("hold", "1/1/fire", "--approve", "--until", "2026-03-20", "--home", "x"), ("--until",)),
        (("resume", "1/1/fire", "--reason", "lunch", "--home", "x"), ("correction|expert_review",)),
        (("extend", "1/1/fire", "--days", "1", "--home", "x"), ("extend needs --reason",)),
        (("escalate", "1/1/fire", "--to", "head", "--home", "x"), ("--to, --reason",)),
        (("escalate", "1/1/fire", "--to", "mayor", "--reason", "x", "--home", "x"),
         ("head|deputy_leader|group",)),
        (("deliver", "1/1/fire", "--home", "x"), ("deliver needs --means",)),
        (("reopen", "1/1/fire", "--ground", "taste", "--reason", "x", "--home", "x"), ("safety|law",)),
        (("reopen", "1/1/fire", "--ground", "law", "--home", "x"), ("--ground, --reason",)),
        (("calendar", "import", "x"), ("--home", "HUISHEN_HOME")),
        (("calendar", "import", "--home", "x"), ("calendar import FILE",)),
        (("init",), ("init DIR",)),
        (("init", os.path.join(place.folder, "x"), "--office", "Big Office"), ("--office",)),
        (("init", os.path.join(place.folder, "x"), "--prefix", "lj"), ("--prefix",)),
    ]
    for arguments, words in table:
        result = place.said(2, words, *arguments)
        expect_equal(f"{arguments}: printed", result.stdout, "")


def output_that_cannot_be_written(place):
    with open("/dev/full", "w", encoding="utf-8") as full:
        place.said(4, ("could not be written",), "help", stdout=full)


def version(place):
    expect(re.fullmatch(r"huishen \d+\.\d+\.\d+\n", place.printed("--version")), "no version")


# ---- completion --------------------------------------------------------------------------------------


def completion_of_every_verb_and_option(place):
    program = os.path.join(place.build, "huishen")
    named = set(re.findall(r"^  ([a-z]+) ", place.printed("help").split("Options of every verb")[0],
                           re.M))
    expect_equal("the verbs", offered(program, ""), named)
    expect_equal("help's verbs", offered(program, "help", ""), named)
    for verb in VERBS:
        options = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", place.printed("help", verb), re.M))
        expect_equal(f"the options of {verb}", offered(program, verb, "--"), options)


def completion_of_words_and_values(place):
    program = os.path.join(place.build, "huishen")
    place.write("one.yaml", "")
    table = [
        (("wa",), {"wait", "waive", "watch"}),
        (("--lang", ""), {"zh", "en"}),
        (("list", "--lang", "=", "z"), {"zh"}),  # --lang=z, as bash takes it apart
        (("calendar", ""), {"due", "show", "import"}),
        (("account", ""), {"list", "add", "change", "disable"}),
        (("department", "enrol", place.folder + "/o"), {place.folder + "/one.yaml"}),
        (("department", "list", ""), set()),
        (("lint", "x.yaml", place.folder + "/o"), {place.folder + "/one.yaml"}),
        (("--home", place.folder, "wait", "1", "--for", ""), {"verdict", "end"}),
        (("list", "--status", "in"), {"incomplete", "in_review"}),
        (("opine", "1/1/fire", "--result", ""),
         {"agree", "conditional", "disagree", "not_involved", "not_competent"}),
        (("show", ""), set()),  # no home is named: nobody is asked
        (("--home", place.folder, "show", ""), set()),  # nor is there one
    ]
    for words, expected in table:
        expect_equal(f"{words}", offered(program, *words), expected)
    place.said(2, ("--completion is bash",), "help", "--completion", "zsh")


# ---- eval --------------------------------------------------------------------------------------------


def value_expected(value):
    kind, what = next(iter(value.items()))
    if kind == "number":
        return ("number", Fraction(what))
    if kind == "list":
        return ("list", [value_expected(element) for element in what])
    return (kind, None if kind == "null" else what)


def value_found(value):
    if isinstance(value, bool):
        return ("bool", value)
    if value is None:
        return ("null", None)
    if isinstance(value, int):
        return ("number", Fraction(value))
    if isinstance(value, str):
        return ("string", value)
    if isinstance(value, list):
        return ("list", [value_found(element) for element in value])
    kind, what = next(iter(value.items()))
    return ("number", Fraction(what)) if kind == "$number" else (kind.lstrip("$"), what)


def expect_answer(case, answer):
    want = case.get("ours", case["expect"])
    name = f"{case.get('section')}/{case.get('name')}: {case['expr']!r}"
    if "value" in want:
        expect("result" in answer, f"{name}: {answer}")
        expect_equal(name, value_found(answer["result"]), value_expected(want["value"]))
    else:
        expect(("unknown" if "unknown" in want else "error") in answer, f"{name}: {answer}")
    for field in ("reads", "missing"):
        if field in case and "error" not in want:
            expect_equal(f"{name}: {field}", answer.get(field), case[field])


def cases_of(place, path):
    if not os.path.exists(path):
        print(f"  skipped: there is no {os.path.relpath(path, office.ROOT)}")
        return
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)
    answers = [json.loads(line) for line in place.printed("eval", "--cases", path).splitlines()]
    expect_equal("lines", len(answers), len(cases))
    for case, answer in zip(cases, answers):
        if "skip" not in case:
            expect_answer(case, answer)


def one_expression(place):
    fields = place.write("fields.json", json.dumps({
        "day": {"$date": "2026-03-10"}, "share": {"$number": "2/3"}, "width": 4.0, "none": None}))
    table = [
        ("21 / 4", "21/4 (5.25)\n"), ("1 / 3", "1/3\n"), ("7 - 9", "-2\n"), ("'a' + 'b'", '"ab"\n'),
        ("width >= 4", "true\n"), ("day", "2026-03-10\n"), ("share * 3", "2\n"),
        ("none > 1", "unknown: none is missing\n"),
        ("none > other", "unknown: none, other are missing\n"), ("none == null", "true\n"),
    ]
    for expression, printed in table:
        expect_equal(expression, place.printed("eval", expression, "--with", fields), printed)
    expect_equal("after --", place.printed("eval", "--", "-7 % 2"), "-1\n")
    place.said(2, ("1:4",), "eval", "1 +")
    place.said(2, ("division by zero",), "eval", "1 / 0")
    answer = json.loads(place.said(2, (), "--json", "eval", "1 / 0").stdout)
    expect_equal("the answer", list(answer), ["error"])
    place.said(2, ("absent.json",), "eval", "1", "--with", "absent.json")
    place.said(2, ("list.json",), "eval", "1", "--with", place.write("list.json", "[1]"))
    place.said(2, ("broken.json:2",), "eval", "1", "--with",
               place.write("broken.json", '{"a":\n]'))
    place.said(2, ("object.json",), "eval", "--cases", place.write("object.json", "{}"))


def what_eval_prints_it_reads(place):
    for expression in ("2 / 3", "date('2026-03-10')", "['a', 1, [2 / 3]]", "null"):
        answer = json.loads(place.printed("--json", "eval", expression))
        path = place.write("again.json", json.dumps({"again": answer["result"]}))
        again = json.loads(place.printed("--json", "eval", "again", "--with", path))
        expect_equal(expression, again.get("result"), answer["result"])


# ---- calendar ----------------------------------------------------------------------------------------


def rfc3339(local):
    """Returns "2026-03-10 17:30" of China as JSON has it."""
    return local.replace(" ", "T") + ":00+08:00"


def every_deadline(place):
    with open(DEADLINES, encoding="utf-8") as file:
        rows = json.load(file)
    expect(len(rows) >= 20, f"only {len(rows)} deadlines")
    for row in rows:
        holds = [word for hold in row["holds"] for word in ("--hold", hold)]
        answer = json.loads(place.printed("--json", "calendar", "due", "--from",
                                          row["deliveredAt"], "--days", str(row["workdays"]),
                                          *holds))
        expect_equal(f"{row['id']} ({row['why']}): due", answer["dueAt"], rfc3339(row["dueAt"]))
        expect_equal(f"{row['id']}: day 0", answer["dayZero"], row["dayZero"])
        expect_equal(f"{row['id']}: provisional", answer["provisional"], False)


def a_year_without_a_notice(place):
    answer = json.loads(place.printed("--json", "calendar", "due", "--from", "2026-12-30 10:00",
                                      "--days", "5"))
    expect_equal("provisional", answer["provisional"], True)
    said = place.printed("calendar", "due", "--from", "2026-12-30 10:00", "--days", "5")
    expect("provisional" in said, f"said {said!r}")
    expect("2027" in place.printed("calendar", "show", "--year", "2027"), "2027 is not shown")


def a_half_day(place):
    """An afternoon off: a working day like another, whose business stops at noon."""
    with open(CALENDAR, encoding="utf-8") as file:
        text = file.read()  # the year 2026 is its last
    path = place.write("half.yaml", f"""{text}
  local_days:
  - {{date: 2026-03-17, close: "12:00", document: 〔2026〕3号, reason: {{zh: 暴雨停工, en: Storm}}}}
""")
    place.said(0, (), "lint", path)
    for start, due, held, holds in (
            ("2026-03-10 10:20", "2026-03-17 12:00", 0, ()),
            ("2026-03-17 11:59", "2026-03-24 17:30", 0, ()),
            ("2026-03-17 12:00", "2026-03-25 17:30", 0, ()),  # after hours: day 0 is 03-18
            # Held over it: it counts whole, and the limit ends a day later.
            ("2026-03-10 10:20", "2026-03-18 17:30", 1, ("2026-03-16 10:00/2026-03-17 11:00",)),
            # Held before it: the limit, of 03-16, ends on it.
            ("2026-03-09 10:20", "2026-03-17 12:00", 1, ("2026-03-10 10:00/2026-03-11 09:00",))):
        answer = json.loads(place.printed(
            "--json", "calendar", "due", "--from", start, "--days", "5", "--calendar", path,
            *(word for hold in holds for word in ("--hold", hold))))
        expect_equal(f"{start}, held {holds}: due", answer["dueAt"], rfc3339(due))
        expect_equal(f"{start}, held {holds}: held days", answer["heldDays"], held)


def bad_deadlines(place):
    begin = ("calendar", "due", "--from", "2026-03-10 10:20", "--days", "5")
    for words, arguments in (
            (("calendar tomorrow",), ("calendar", "tomorrow")),
            (("--from and --days",), ("calendar", "due", "--days", "5")),
            (("2026-02-30",), ("calendar", "due", "--from", "2026-02-30 10:00", "--days", "5")),
            (("0 to 1000",), begin[:4] + ("--days", "1001")),
            (("is no span",), begin + ("--hold", "2026-03-11 10:00")),
            (("ends before",), begin + ("--hold", "2026-03-12 10:00/2026-03-11 10:00")),
            (("absent.yaml",), begin + ("--calendar", "absent.yaml"))):
        place.said(4 if "absent.yaml" in words else 2, words, *arguments)
    with open(CALENDAR, encoding="utf-8") as file:
        text = file.read()
    path = place.write("calendar.yaml", text.replace("2022-01-02", "2022-02-30", 1))
    line = text.split("2022-01-02", 1)[0].count("\n") + 1
    for command in (begin + ("--calendar", path), ("lint", path)):
        place.said(2, (f"calendar.yaml:{line}: years[0].holidays[0].days[1]: ",), *command)


# ---- lint --------------------------------------------------------------------------------------------


def definitions_are_sound(place):
    files = [os.path.join(office.ROOT, "configs", "dictionary.yaml"),
             os.path.join(office.ROOT, "configs", "departments.yaml")]
    for folder in ("configs/processes", "configs/processes/packs"):
        folder = os.path.join(office.ROOT, folder)
        files += [os.path.join(folder, name) for name in sorted(os.listdir(folder))
                  if name.endswith(".yaml")]
    for department in office.DEPARTMENTS:
        files.append(os.path.join(office.ROOT, "agents", department, "rules.yaml"))
    place.said(0, (), "lint", *files)
    for path in files:
        place.said(0, (), "lint", path)


def a_defect_is_told_with_its_line(place):
    with open(os.path.join(office.ROOT, "agents", "fire", "rules.yaml"), encoding="utf-8") as file:
        text = file.read()
    table = [
        (r"^(\s+condition:) .*$", r"\1 no.such.field > 1", "condition"),
        (r"^(\s+condition:) .*$", r"\1 '1 +'", "condition"),
        (r"^(\s+severity:) must", r"\1 muss", "must"),
        (r"^(\s+matter:) fire", r"\1 fyre", "matters of the process"),
        (r"^(\s+severity):", r"\1y:", "severity"),
    ]
    for old, new, word in table:
        broken = re.sub(old, new, text, count=1, flags=re.M)
        expect(broken != text, f"the pack has no {old}")
        line = next(number for number, (a, b) in
                    enumerate(zip(text.splitlines(), broken.splitlines()), 1) if a != b)
        path = place.write("fire.yaml", broken)
        place.said(2, (f"{path}:{line}: ", word), "lint", path)
        told = json.loads(place.said(2, (), "--json", "lint", path).stdout)
        expect_equal("ok", told["ok"], False)
        expect(any(error["line"] == line for error in told["files"][0]["errors"]), f"{told}")


def an_owner_is_one_of_the_department(place):
    with open(os.path.join(office.ROOT, "agents", "utilities", "rules.yaml"),
              encoding="utf-8") as file:
        text = file.read()
    broken, count = re.subn(r"^(\s+owner:) gas", r"\1 gaz", text, count=1, flags=re.M)
    expect_equal("owners changed", count, 1)
    place.said(2, ("rules[", "].owner: ", "gaz"), "lint", place.write("utilities.yaml", broken))


def the_manual_of_rules_shows_a_sound_pack(place):
    with open(os.path.join(office.ROOT, "docs", "rules.md"), encoding="utf-8") as file:
        example = re.search(r"```yaml\n(.*?)```", file.read(), re.S).group(1)
    place.printed("lint", place.write("example.yaml", example))


def what_is_no_definition(place):
    for name, text in (("other.yaml", "a: 1\n"), ("list.yaml", "- 1\n"), ("empty.yaml", ""),
                       ("syntax.yaml", "rules: [\n"), ("file.txt", "rules: []\n")):
        place.said(2, (name,), "lint", place.write(name, text))


def safety_needs_a_person(place):
    path = place.write("departments.yaml", "departments:\n- id: fire\n  title: {zh: 消防}\n"
                                           "  safety_critical: true\n  answer: rules\n")
    place.said(2, (f"{path}:5: departments[0].answer: ",), "lint", path)


def check_speaks_the_readers_language(place):
    for language, words in (("en", "found: Clear width 3.4m\n"), ("zh", "现状：净宽 3.4m\n")):
        text = place.printed("check", office.sample(2), "--department", "fire", "--lang", language)
        expect(words in text, f"{language}: {text}")


def check_vouches_for_no_unseen_source(place):
    path = os.path.join(office.ROOT, "agents", "fire", "rules.yaml")
    with open(path, encoding="utf-8") as file:
        source = re.search(r"- \{?id: GB50016\b.*?(?=\n *- |\Z)", file.read(), re.S).group(0)
    expect("verified: true" not in source, source)
    told = [line for line in place.printed("check", office.sample(2), "--department",
                                           "fire").splitlines() if "GB50016" in line]
    expect(told != [] and all("check before legal use" in line for line in told), f"{told}")


# ---- homes -------------------------------------------------------------------------------------------


def a_home_is_made_once(place):
    home = os.path.join(place.folder, "office")
    made = json.loads(place.printed("--json", "init", home, "--office", "yubei", "--prefix", "YB"))
    expect_equal("the office", made["office"], "yubei")
    expect_equal("keys: permissions", os.stat(os.path.join(home, "keys")).st_mode & 0o777, 0o700)
    for folder, _, names in os.walk(os.path.join(home, "keys")):
        for name in names:
            mode = os.stat(os.path.join(folder, name)).st_mode & 0o777
            expect_equal(f"{name}: permissions", mode, 0o600)
    report = json.loads(place.printed("--home", home, "--json", "verify", "--views"))
    expect_equal("the record is whole", report["ok"], True)
    place.said(2, (home,), "init", home)
    place.said(0, (), "lint", os.path.join(home, "configs", "dictionary.yaml"), "--home", home)


def a_home_that_fails_leaves_nothing(place):
    data = os.path.join(place.folder, "data")
    home = os.path.join(place.folder, "half")
    shutil.copytree(os.path.join(office.ROOT, "configs"), os.path.join(data, "configs"))
    os.makedirs(os.path.join(data, "agents"))
    with open(os.path.join(data, "configs", "dictionary.yaml"), "a", encoding="utf-8") as file:
        file.write("nonsense: 1\n")
    place.said(2, ("nonsense",), "init", home, environment={"HUISHEN_DATADIR": data})
    expect(not os.path.exists(home), "the home is there")
    place.said(4, ("HUISHEN_DATADIR",), "init", home,
               environment={"HUISHEN_DATADIR": place.folder})


def no_home(place):
    place.said(4, ("office.yaml", "huishen init"), "--home", place.folder, "list")
    place.said(4, ("office.yaml",), "list", environment={"HUISHEN_HOME": place.folder})


# ---- up and demo -------------------------------------------------------------------------------------


def children_of(pid):
    with open(f"/proc/{pid}/task/{pid}/children", encoding="ascii") as file:
        return [int(child) for child in file.read().split()]


def wait_gone(pids):
    end = time.monotonic() + GONE_SECONDS
    while any(os.path.exists(f"/proc/{pid}") for pid in pids):
        expect(time.monotonic() < end, f"of {pids} some are still there")
        time.sleep(0.02)  # until the next look


def start_up(place, home):
    up = subprocess.Popen([os.path.join(place.build, "huishen"), "--home", home, "up", "--port",
                           "0"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    lines = []
    for line in up.stdout:
        lines.append(line)
        if line.startswith("ready "):
            return up, lines
    raise office.Fault(f"up ended: {lines} {up.stderr.read()}")


def up_and_down(place):
    home = os.path.join(place.folder, "up")
    place.printed("init", home, "--demo")
    up, lines = start_up(place, home)
    children = children_of(up.pid)
    expect_equal("children", len(children), 1 + len(office.DEPARTMENTS))
    expect_equal("lines", len(lines), 2 + len(office.DEPARTMENTS))
    place.said(4, ("another huishen up",), "--home", home, "up", "--port", "0")
    up.send_signal(signal.SIGINT)
    expect_equal("the exit status", up.wait(GONE_SECONDS), 0)
    wait_gone(children)
    expect(not os.path.exists(os.path.join(home, "run", "broker")), "run/broker is still there")

    up, lines = start_up(place, home)
    children = children_of(up.pid)
    up.kill()
    up.wait()
    wait_gone(children)
    place.printed("--home", home, "verify", "--views")


def up_of_a_new_office(place):
    """Its agents have no keys yet: the broker serves, so that they can be enrolled; then all serve."""
    home = os.path.join(place.folder, "new")
    place.printed("init", home)
    place.said(2, ("agent:fire/1", "key new"), "--home", home, "up", "--port", "0", "--departments",
               "fire")
    up, lines = start_up(place, home)
    expect(re.fullmatch(r"ready broker=\S+ agents=\n", lines[-1]), f"{lines}")
    file = place.write("fire.key.yaml",
                       place.printed("--home", home, "key", "new", "--as", "agent:fire/1"))
    place.printed("--home", home, "department", "enrol", file)
    up.send_signal(signal.SIGTERM)
    expect_equal("the exit status", up.wait(GONE_SECONDS), 0)
    told = up.stderr.read()
    for department in office.DEPARTMENTS:
        expect(f"key new --as agent:{department}/1" in told, f"{department}: {told}")

    up, lines = start_up(place, home)
    expect(lines[-1].endswith("agents=fire\n"), f"{lines}")
    up.send_signal(signal.SIGTERM)
    expect_equal("the exit status", up.wait(GONE_SECONDS), 0)


def up_gives_up(place):
    home = os.path.join(place.folder, "broken")
    place.printed("init", home, "--demo")
    with open(os.path.join(home, "rules", "fire.yaml"), "w", encoding="utf-8") as file:
        file.write("nonsense\n")
    place.said(4, ("fire", "run/fire.log"), "--home", home, "up", "--port", "0",
               "--departments", "fire")
    place.said(2, ("absent",), "--home", home, "up", "--departments", "fire,absent")


def demonstration(place):
    home = os.path.join(place.folder, "demo")
    shown = json.loads(place.printed("--json", "demo", home, seconds=300))["samples"]
    expect_equal("samples", len(shown), 15)
    for sample in shown:
        expect(sample["status"] in ("gate_failed", "incomplete", "concluded"), f"{sample}")
    place.printed("--home", home, "verify", "--views")


def columns_of(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


def demonstration_on_a_terminal(place):
    """It fits 80 columns, stays up, and notices when the office ends by itself."""
    master, slave = pty.openpty()
    with subprocess.Popen([os.path.join(place.build, "huishen"), "--lang", "zh", "demo",
                           os.path.join(place.folder, "stay")], stdin=subprocess.DEVNULL,
                          stdout=slave, stderr=subprocess.PIPE) as demo:
        os.close(slave)
        said = b""
        while "Ctrl-C".encode() not in said:
            ready, _, _ = select.select([master], [], [], 120)
            expect(ready, f"the demonstration said nothing more: {said.decode(errors='replace')}")
            said += os.read(master, 65536)
        table = said.decode(errors="replace").split("\r\n\r\n")[-2].splitlines()
        expect_equal("rows of the table", len(table), 16)
        for line in table:
            line = re.sub("\033\\[[0-9]*m", "", line)
            expect(columns_of(line) <= 80, f"{columns_of(line)} columns: {line}")
        up = children_of(demo.pid)
        expect_equal("children", len(up), 1)
        children = children_of(up[0])
        os.kill(up[0], signal.SIGKILL)
        expect_equal("the exit status", demo.wait(GONE_SECONDS), 4)
        expect("自行停止" in demo.stderr.read().decode(), "it did not say why")
        wait_gone(children)
    os.close(master)


def main(arguments):
    if len(arguments) != 1:
        print(__doc__.strip().splitlines()[3], file=sys.stderr)
        return 2
    place = Place(arguments[0])
    cases = office.Cases()
    cases.run("help of every verb", help_of_every_verb, place)
    cases.run("the language of the environment", language_of_the_environment, place)
    cases.run("bad usage", bad_usage, place)
    cases.run("output that cannot be written", output_that_cannot_be_written, place)
    cases.run("the version", version, place)
    cases.run("completion of every verb and option", completion_of_every_verb_and_option, place)
    cases.run("completion of words and values", completion_of_words_and_values, place)
    cases.run("published cases of the rule language", cases_of, place, CONFORMANCE)
    cases.run("own cases of the rule language", cases_of, place, EXPRESSIONS)
    cases.run("one expression", one_expression, place)
    cases.run("what eval prints it reads", what_eval_prints_it_reads, place)
    cases.run("every deadline of the table", every_deadline, place)
    cases.run("a year without a notice", a_year_without_a_notice, place)
    cases.run("a half day", a_half_day, place)
    cases.run("deadlines that make no sense", bad_deadlines, place)
    cases.run("the definitions are sound", definitions_are_sound, place)
    cases.run("a defect is told with its line", a_defect_is_told_with_its_line, place)
    cases.run("an owner is one of the department", an_owner_is_one_of_the_department, place)
    cases.run("the manual of rules shows a sound pack", the_manual_of_rules_shows_a_sound_pack,
              place)
    cases.run("what is no definition", what_is_no_definition, place)
    cases.run("safety needs a person", safety_needs_a_person, place)
    cases.run("check speaks the reader's language", check_speaks_the_readers_language, place)
    cases.run("check vouches for no unseen source", check_vouches_for_no_unseen_source, place)
    cases.run("a home is made once", a_home_is_made_once, place)
    cases.run("a home that fails leaves nothing", a_home_that_fails_leaves_nothing, place)
    cases.run("no home", no_home, place)
    cases.run("up, and down", up_and_down, place)
    cases.run("up of a new office", up_of_a_new_office, place)
    cases.run("up gives up", up_gives_up, place)
    cases.run("a demonstration", demonstration, place)
    cases.run("a demonstration on a terminal", demonstration_on_a_terminal, place)
    shutil.rmtree(place.folder, ignore_errors=True)
    return cases.end()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
