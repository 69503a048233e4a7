# SPDX-License-Identifier: GPL-3.0-or-later
"""A program on a terminal of its own: what stands on its screen, what is typed."""
import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import termios
import threading
import time

import peers
import program

ROWS, COLUMNS = 40, 120
TERM = "linux"  # its sequences are few, and known below


class Screen:
    """The sequences that curses writes for TERM, on a grid of characters. Colours and attributes are skipped."""

    SEQUENCE = re.compile(r"\x1b\[([?]?)([\d;]*)([A-Za-z@])|\x1b([()])(.)|\x1b\](?:[^\x07\x1b]*)(?:\x07|\x1b\\)|\x1b([A-Za-z78=>c])"
                          r"|([\r\n\b\t\x07\x0e\x0f])|([^\x00-\x1f\x1b])", re.S)

    def __init__(self):
        self.cells = [[" "] * COLUMNS for _ in range(ROWS)]
        self.row = self.column = 0
        self.rest = ""
        self.last = " "

    def feed(self, text):
        self.rest += text
        at = 0
        while at < len(self.rest):
            match = self.SEQUENCE.match(self.rest, at)
            if match is None:
                if self.rest[at] == "\x1b" and len(self.rest) - at < 16:
                    break  # the rest of it comes with the next piece
                at += 1
                continue
            at = match.end()
            private, numbers, final, _, _, _, control, character = match.groups()
            if character:
                self.put(character)
            elif control:
                self.control(control)
            elif final and not private:
                self.command(final, [int(number) if number else 0 for number in numbers.split(";")])
        self.rest = self.rest[at:]

    def put(self, character):
        if self.column >= COLUMNS:
            self.column, self.row = 0, min(self.row + 1, ROWS - 1)
        self.cells[self.row][self.column] = self.last = character
        self.column += 1

    def control(self, code):
        if code == "\r":
            self.column = 0
        elif code == "\n":
            if self.row == ROWS - 1:
                self.cells = self.cells[1:] + [[" "] * COLUMNS]
            self.row = min(self.row + 1, ROWS - 1)
        elif code == "\b":
            self.column = max(0, self.column - 1)
        elif code == "\t":
            self.column = min(COLUMNS - 1, self.column // 8 * 8 + 8)

    def command(self, final, numbers):
        first = numbers[0] or 1
        row, column = self.row, min(self.column, COLUMNS - 1)
        if final == "H":
            self.row = min(first, ROWS) - 1
            self.column = min((numbers[1] if len(numbers) > 1 else 0) or 1, COLUMNS) - 1
        elif final in "AB":
            self.row = max(0, min(ROWS - 1, self.row + (first if final == "B" else -first)))
        elif final in "CD":
            self.column = max(0, min(COLUMNS - 1, self.column + (first if final == "C" else -first)))
        elif final == "G":
            self.column = min(first, COLUMNS) - 1
        elif final == "d":
            self.row = min(first, ROWS) - 1
        elif final == "J":
            self.erase(row, column if numbers[0] == 0 else 0, all_rows=True)
        elif final == "K":
            self.erase(row, column, all_rows=False, before=numbers[0])
        elif final == "X":
            self.cells[row][column:column + first] = [" "] * min(first, COLUMNS - column)
        elif final == "P":
            self.cells[row] = (self.cells[row][:column] + self.cells[row][column + first:] + [" "] * first)[:COLUMNS]
        elif final == "@":
            self.cells[row] = (self.cells[row][:column] + [" "] * first + self.cells[row][column:])[:COLUMNS]
        elif final == "L":
            self.cells = (self.cells[:row] + [[" "] * COLUMNS for _ in range(first)] + self.cells[row:])[:ROWS]
        elif final == "M":
            self.cells = self.cells[:row] + self.cells[row + first:] + [[" "] * COLUMNS for _ in range(first)]
            self.cells = self.cells[:ROWS]

    def erase(self, row, column, all_rows, before=0):
        if all_rows:
            start = 0 if column == 0 and before == 2 else row + 1
            for below in range(start, ROWS):
                self.cells[below] = [" "] * COLUMNS
        first, end = (column, COLUMNS) if before == 0 else (0, column + 1) if before == 1 else (0, COLUMNS)
        self.cells[row][first:end] = [" "] * (end - first)

    @property
    def text(self):
        return "\n".join("".join(row).rstrip() for row in self.cells)


class Session:
    """A context manager; leaving it kills what still runs."""

    def __init__(self, binary, *arguments):
        self.master, self.slave = pty.openpty()
        fcntl.ioctl(self.slave, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        self.before = termios.tcgetattr(self.slave)
        self.screen = Screen()
        self.output = ""
        self.process = subprocess.Popen([binary, *map(str, arguments)], stdin=self.slave, stdout=self.slave,
                                        stderr=self.slave, env=program.environment(TERM=TERM), start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        self.stopping = False
        self.lock = threading.Lock()
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self):
        while not self.stopping:
            ready, _, _ = select.select([self.master], [], [], 0.05)
            if not ready:
                continue
            try:
                text = os.read(self.master, 65536).decode(errors="replace")
            except OSError:
                return
            with self.lock:
                self.output += text
                self.screen.feed(text)

    def _wait(self, what, condition):
        def checked():
            with self.lock:
                if condition():
                    return True
            if self.process.poll() is not None:
                raise AssertionError(f"{what}: ended with {self.process.returncode}\n{self.output[-2000:]}")
            return False
        try:
            peers.wait_for(what, checked, seconds=15, every=0.05)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.screen.text}") from None

    def wait_screen(self, pattern):
        self._wait(f"{pattern} on the screen", lambda: re.search(pattern, self.screen.text))

    def wait_screen_without(self, pattern):
        self._wait(f"no {pattern} on the screen", lambda: not re.search(pattern, self.screen.text))

    def wait_output(self, text):
        self._wait(f"{text} in the output", lambda: text in self.output)

    def type(self, text):
        os.write(self.master, text.encode())

    def end(self, seconds):
        status = self.process.wait(seconds)
        time.sleep(0.1)  # what the terminal still holds
        return status

    def restored(self):
        """Is the terminal in the mode it had?"""
        return termios.tcgetattr(self.slave)[:4] == self.before[:4]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.stopping = True
        self.reader.join(5)
        os.close(self.master)
        os.close(self.slave)
