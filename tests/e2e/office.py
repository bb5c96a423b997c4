# SPDX-License-Identifier: Apache-2.0
"""A demo office in a temporary folder, its programs, and what tests need to drive them.

Programs are started by the test itself, each on its own, so that a test can kill any of them. What a
program says on standard error goes to HOME/run/NAME.log. Every wait has a deadline; one that passes
raises Fault with the tail of the log.
"""
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import simple_yaml

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SAMPLES = os.path.join(ROOT, "configs", "samples")
VERIFIER = os.path.join(ROOT, "tests", "export", "verify_export.py")
DEPARTMENTS = ("planning", "fire", "utilities", "urban_management")
READY_SECONDS = 20
STOP_SECONDS = 15


class Fault(Exception):
    """What was expected did not happen."""


def sample(number):
    """Returns the path of the sample of this number."""
    prefix = f"{number:02d}_"
    for name in sorted(os.listdir(SAMPLES)):
        if name.startswith(prefix):
            return os.path.join(SAMPLES, name)
    raise Fault(f"there is no sample {number}")


def tail(path, lines=20):
    """Returns the last lines of a log, for a message."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return "".join(file.readlines()[-lines:])
    except OSError:
        return ""


class Program:
    """A program under test: started, waited for, killed, stopped."""

    def __init__(self, name, argv, log, folder=None):
        self.folder = folder  # in which it is started
        self.extra = {}       # of its environment, beside what the test has
        self.name = name
        self.argv = argv
        self.log = log
        self.child = None
        self.started = 0.0
        self.buffer = b""
        self.is_patient = False  # begins with SIGTERM blocked, and lets it in when it can heed it

    def start(self):
        mask = signal.pthread_sigmask(signal.SIG_BLOCK,
                                      {signal.SIGTERM} if self.is_patient else set())
        with open(self.log, "ab") as log:
            self.child = subprocess.Popen(self.argv, stdin=subprocess.DEVNULL,
                                          stdout=subprocess.PIPE, stderr=log, cwd=self.folder,
                                          env={**os.environ, **self.extra})
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        self.started = time.monotonic()
        self.buffer = b""
        return self

    def line(self, seconds):
        """Returns the next line the program prints; raises Fault if none comes in time."""
        end = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.child.stdout, selectors.EVENT_READ)
            while b"\n" not in self.buffer:
                left = end - time.monotonic()
                if left <= 0 or not selector.select(left):
                    raise Fault(f"{self.name} said nothing for {seconds} s:\n{tail(self.log)}")
                piece = os.read(self.child.stdout.fileno(), 65536)
                if not piece:
                    code = self.child.wait(STOP_SECONDS)
                    raise Fault(f"{self.name} ended with {code}:\n{tail(self.log)}")
                self.buffer += piece
        line, self.buffer = self.buffer.split(b"\n", 1)
        return line.decode()

    def ready(self, seconds=READY_SECONDS):
        """Waits until the program says that it serves; returns what follows the word."""
        end = time.monotonic() + seconds
        while True:
            line = self.line(max(end - time.monotonic(), 0.001))
            if line == "ready" or line.startswith("ready "):
                return line[len("ready"):].strip()

    def is_running(self):
        return self.child is not None and self.child.poll() is None

    def kill(self):
        self.child.kill()
        self.close()

    def close(self):
        self.child.wait(STOP_SECONDS)
        self.child.stdout.close()

    def stop(self):
        """Asks the program to end; raises Fault unless it does so with status 0."""
        if self.child is None or self.child.returncode is not None:
            return
        self.child.send_signal(signal.SIGCONT)
        self.child.terminate()
        try:
            code = self.child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.child.kill()
            self.child.wait()
            raise Fault(f"{self.name} did not stop in {STOP_SECONDS} s:\n{tail(self.log)}")
        finally:
            self.child.stdout.close()
        if code != 0:
            raise Fault(f"{self.name} stopped with {code}:\n{tail(self.log)}")


class Office:
    """A home made by `init --demo`, with a broker and agents as wanted. Use it with `with`."""

    def __init__(self, build, *founding, folder=None, extra=None):
        """Makes the home; @founding are further words of `init`, @extra what its environment has
        beside the test's. In @folder, which is there, or in a new one."""
        self.build = os.path.abspath(build)
        self.folder = folder or tempfile.mkdtemp(prefix="huishen-e2e-")
        self.home = os.path.join(self.folder, "home")
        self.programs = {}
        self.endpoint = None
        result = self.run("init", self.home, "--demo", *founding, home=False, extra=extra)
        if result.returncode != 0:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise Fault(f"init --demo ended with {result.returncode}: {result.stderr}")
        os.makedirs(self.path("run"), exist_ok=True)

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        for program in self.programs.values():
            if program.is_running():
                program.child.kill()
                program.child.wait()
        if kind is None:
            shutil.rmtree(self.folder, ignore_errors=True)
        else:
            print(f"the office is kept in {self.folder}", file=sys.stderr)

    def path(self, *names):
        return os.path.join(self.home, *names)

    def id(self):
        """Returns the office's id."""
        return simple_yaml.read(self.path("office.yaml"))["id"]

    def program(self, name):
        return os.path.join(self.build, name)

    # ---- the programs ------------------------------------------------------------------------

    def add(self, name, argv, folder=None):
        """Makes a program of this office known, without starting it."""
        self.programs[name] = Program(name, argv, self.path("run", f"{name}.log"), folder)
        return self.programs[name]

    def add_broker(self):
        listen = self.endpoint or "tcp://127.0.0.1:0"
        return self.add("broker", [self.program("huishen-broker"), "--home", self.home,
                                   "--listen", listen])

    def add_agent(self, department):
        config = os.path.join("configs", "agents", f"{department}.yaml")
        return self.add(department, [self.program("huishen-agent"), "--config", config,
                                     "--broker", self.endpoint], self.home)

    def start_broker(self):
        """Starts the broker, from the second time on at the same port, and waits for it."""
        broker = self.add_broker().start()
        self.endpoint = broker.ready()
        broker.argv[-1] = self.endpoint
        with open(self.path("run", "broker"), "w", encoding="utf-8") as file:
            file.write(self.endpoint + "\n")
        return broker

    def start_agent(self, department):
        agent = self.add_agent(department).start()
        agent.ready()
        return agent

    def start(self, departments=DEPARTMENTS):
        self.start_broker()
        for department in departments:
            self.add_agent(department).start()
        for department in departments:
            self.programs[department].ready()

    def stop(self):
        """Stops everything, the broker last."""
        for name in sorted(self.programs, key=lambda name: name == "broker"):
            self.programs[name].stop()

    # ---- the command line --------------------------------------------------------------------

    def run(self, *arguments, account=None, home=True, seconds=60, language="en", extra=None):
        """Runs `huishen`; returns its status and what it printed, as texts."""
        argv = [self.program("huishen"), "--lang", language]
        if home:
            argv += ["--home", self.home]
        if account:
            argv += ["--as", account]
        return subprocess.run(argv + [str(argument) for argument in arguments], text=True,
                              capture_output=True, stdin=subprocess.DEVNULL, timeout=seconds,
                              env={**os.environ, **(extra or {})})

    def done(self, *arguments, status=0, **options):
        """Runs `huishen`, which must end with @status; returns what it printed."""
        result = self.run(*arguments, **options)
        if result.returncode != status:
            raise Fault(f"huishen {' '.join(map(str, arguments))}: ended with "
                        f"{result.returncode}, not {status}\n{result.stdout}{result.stderr}")
        return result.stdout

    def json(self, *arguments, **options):
        """Runs `huishen --json`; returns the one document it prints."""
        return json.loads(self.done("--json", *arguments, **options))

    def submit(self, path, status=0, document=None, **options):
        """Submits a file; returns the number that the proposal got."""
        words = ("--document", f"site_plan={document}") if document else ()
        number = self.done("submit", path, *words, status=status, account="street", **options).strip()
        if not number:
            raise Fault(f"submit {path}: printed no number")
        return number

    def wait_opinions(self, proposal, departments, seconds):
        """Follows the journal until each of @departments has answered on @proposal."""
        number = str(int(self.json("show", proposal)["id"]))
        follower = self.add("follower", [self.program("huishen"), "--home", self.home, "--json",
                                         "journal", "--follow"]).start()
        waiting = set(departments)
        end = time.monotonic() + seconds
        while waiting:
            event = json.loads(follower.line(max(end - time.monotonic(), 0))).get("event", {})
            if "opinionGiven" in event and event["proposal"] == number:
                waiting.discard(event["opinionGiven"]["department"])
        follower.kill()
        del self.programs["follower"]

    def export(self, path):
        """Writes the journal as JSON lines to @path."""
        with open(path, "w", encoding="utf-8") as file:
            result = subprocess.run([self.program("huishen"), "--home", self.home, "--json",
                                     "journal"], stdout=file, stderr=subprocess.PIPE, text=True,
                                    stdin=subprocess.DEVNULL, timeout=300)
        if result.returncode != 0:
            raise Fault(f"journal --json ended with {result.returncode}: {result.stderr}")

    def verify(self):
        """The record and the views must be whole; a second verifier must think so too."""
        self.done("verify", seconds=300)
        self.done("verify", "--views", seconds=300)
        path = self.path("run", "export.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            subprocess.run([self.program("huishen"), "--home", self.home, "export"], stdout=file,
                           stdin=subprocess.DEVNULL, timeout=300, check=True)
        result = subprocess.run([sys.executable, "-B", VERIFIER, path], text=True,
                                capture_output=True, timeout=600)
        expect_equal(f"the second verifier: {result.stdout[:2000]}{result.stderr}",
                     result.returncode, 0)


class Cases:
    """Runs named cases one after the other, counts, and says what failed."""

    def __init__(self):
        self.passed = 0
        self.failed = 0

    def run(self, name, function, *arguments):
        try:
            function(*arguments)
        except (Fault, AssertionError, KeyError, IndexError, TypeError, ValueError, OSError,
                subprocess.TimeoutExpired) as fault:
            self.failed += 1
            print(f"FAILED {name}: {type(fault).__name__}: {fault}", flush=True)
            return False
        self.passed += 1
        return True

    def end(self):
        """Prints the closing line; returns the exit status."""
        print(f"{self.passed} passed, {self.failed} failed", flush=True)
        return 1 if self.failed > 0 else 0


def expect(is_so, sentence):
    if not is_so:
        raise Fault(sentence)


def expect_equal(what, found, expected):
    if found != expected:
        raise Fault(f"{what}: found {found!r}, expected {expected!r}")
