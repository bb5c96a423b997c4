# SPDX-License-Identifier: Apache-2.0
"""A program on a terminal of its own: what it writes, as the screen that a person would see.

Understands what cli/screen and os/terminal send and raises Fault on anything else, so a sequence that
some terminal may not know does not slip in.
"""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import time
import unicodedata

from office import Fault

SEQUENCE = re.compile(r"\x1b\[(\??)([0-9;]*)([A-Za-z])")


def width(character):
    if unicodedata.combining(character):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


class Terminal:
    """Starts @argv on a terminal of @rows and @columns. Use it with `with`."""

    def __init__(self, argv, rows, columns, environment=None):
        self.master, self.slave = pty.openpty()
        self.rows, self.columns = rows, columns
        self.cells = {}
        self.row = self.column = 0
        self.text = ""  # received and not yet shown
        self.said = ""  # what did not go to the screen of its own
        self.pending = b""  # a character that is not whole
        self.is_other_screen = False
        self.is_cursor_hidden = False
        self.sent_bytes = 0  # by the program, since the last clear_count()
        self.resize(rows, columns)
        self.settings = termios.tcgetattr(self.slave)
        self.child = subprocess.Popen(
            argv, stdin=self.slave, stdout=self.slave, stderr=self.slave, start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
            env={**os.environ, "TERM": "xterm-256color", **(environment or {})})
        self.pid = self.child.pid

    def __enter__(self):
        return self

    def __exit__(self, kind, value, trace):
        if self.child.poll() is None:
            self.child.kill()
            self.child.wait()
        os.close(self.master)
        os.close(self.slave)

    def resize(self, rows, columns):
        self.rows, self.columns = rows, columns
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def press(self, keys):
        os.write(self.master, keys.encode())

    # ---- what is shown -----------------------------------------------------------------------

    def obey(self, mark, parameters, letter):
        if letter == "H":
            row, column = (int(part) for part in parameters.split(";"))
            self.row, self.column = row - 1, column - 1
        elif letter == "J" and parameters == "2":
            self.cells = {}
        elif mark and parameters == "1049":
            self.is_other_screen = letter == "h"
        elif mark and parameters == "25":
            self.is_cursor_hidden = letter == "l"
        elif letter != "m":
            raise Fault(f"sent ESC[{mark}{parameters}{letter}")

    def show(self, character):
        columns = width(character)
        if self.column + columns > self.columns or self.row >= self.rows:
            raise Fault(f"{character!r} in row {self.row}, column {self.column} of "
                        f"{self.rows}x{self.columns}")
        self.cells[self.row, self.column] = character
        for column in range(1, columns):
            self.cells[self.row, self.column + column] = ""
        self.column += columns

    def take(self):
        """Shows what was received, but for a sequence that is not whole."""
        while self.text:
            if self.text[0] != "\x1b":
                if self.is_other_screen:
                    self.show(self.text[0])
                else:
                    self.said += self.text[0]
                self.text = self.text[1:]
                continue
            found = SEQUENCE.match(self.text)
            if not found:
                if len(self.text) > 32:
                    raise Fault(f"sent {self.text[:32]!r}")
                return
            self.obey(*found.groups())
            self.text = self.text[found.end():]

    def lines(self):
        shown = []
        for row in range(self.rows):
            cells = [self.cells.get((row, column), " ") for column in range(self.columns)]
            shown.append("".join(cells).rstrip())
        return shown

    def receive(self, seconds):
        """Waits for what the program writes; False: nothing in @seconds, or it has ended."""
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        data = os.read(self.master, 65536)
        self.sent_bytes += len(data)
        data = self.pending + data
        try:
            self.text += data.decode()
            self.pending = b""
        except UnicodeDecodeError as fault:
            self.text += data[:fault.start].decode()
            self.pending = data[fault.start:]
        self.take()
        return True

    def wait(self, what, is_so, seconds=20):
        """Waits until @is_so of the lines on the screen, and returns them."""
        end = time.monotonic() + seconds
        while not is_so(self.lines()):
            left = end - time.monotonic()
            if left <= 0:
                raise Fault(f"{what} did not come:\n" + "\n".join(self.lines()) +
                            self.said)
            self.receive(left)
        return self.lines()

    def end(self, seconds=20):
        """Waits for the program to end; returns its status, negative for a signal."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            self.receive(0.05)
            if self.child.poll() is not None:
                while self.receive(0):
                    pass
                return self.child.returncode
        raise Fault(f"it did not end in {seconds} s")

    def is_given_back(self):
        """True if the terminal is as it was before the program."""
        return (termios.tcgetattr(self.slave) == self.settings and not self.is_other_screen and
                not self.is_cursor_hidden)
