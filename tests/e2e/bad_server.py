#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A HTTP target that misbehaves, for tests of whole processes.

Prints its port on the first line of standard output, then the path of each request, and serves until its standard input or itself is
closed. Each path behaves in one way; GET / lists them. The port may be given as an argument. Standard library only.
"""

import collections
import functools
import itertools
import socket
import socketserver
import sys
import threading

OK_TEXT = (
    "# HELP demo_requests_total Requests served.\n"
    "# TYPE demo_requests_total counter\n"
    'demo_requests_total{code="200"} 1027\n'
    'demo_requests_total{code="500"} 3\n'
    "# TYPE demo_temperature_celsius gauge\n"
    "demo_temperature_celsius 21.5\n"
).encode()

HUGE_BYTES = 200 * 1000 * 1000


def send(connection, status, body, headers=""):
    head = f"HTTP/1.1 {status} x\r\nContent-Type: text/plain; version=0.0.4\r\n{headers}Content-Length: {len(body)}\r\n\r\n"
    connection.sendall(head.encode() + body)


def wait_for_close(connection):
    """Until the client goes away, whatever it sends."""
    while connection.recv(4096):
        pass


def ok(connection):
    """a small exposition"""
    send(connection, 200, OK_TEXT)
    return True


def not_found(connection):
    """status 404"""
    send(connection, 404, b"no such page\n")
    return True


def half(connection):
    """a Content-Length larger than the body, then the end"""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n" + OK_TEXT)


def huge(connection):
    """200 MB of exposition, every line another series"""
    connection.sendall(f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE_BYTES}\r\n\r\n".encode())
    sent = 0
    for first in itertools.count(0, 1000):
        piece = "".join(f'demo_series{{n="{n:09}"}} {n % 97}\n' for n in range(first, first + 1000)).encode()
        piece = piece[: HUGE_BYTES - sent]
        connection.sendall(piece)
        sent += len(piece)
        if sent == HUGE_BYTES:
            return True


def huge_unannounced(connection):
    """the same without a Content-Length"""
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    for first in range(0, HUGE_BYTES // 32, 1000):
        connection.sendall("".join(f'demo_series{{n="{n:09}"}} {n % 97}\n' for n in range(first, first + 1000)).encode())


def utf8(connection):
    """label values that are not UTF-8, next to good ones"""
    body = b"".join(
        (
            b"# TYPE demo_bytes gauge\n",
            b'demo_bytes{path="good"} 1\n',
            b'demo_bytes{path="lone \xff byte"} 2\n',
            b'demo_bytes{path="cut \xe2\x82"} 3\n',
            b'demo_bytes{path="surrogate \xed\xa0\x80"} 4\n',
            b'demo_bytes{path="also good \xe2\x82\xac"} 5\n',
        )
    )
    send(connection, 200, body)
    return True


def headers(connection):
    """header lines without end"""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Filler: 0123456789012345678901234567890123456789\r\n" * 64)


def slow(connection):
    """the headers of an answer, and never its body"""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n")
    wait_for_close(connection)


def hang(connection):
    """nothing at all"""
    wait_for_close(connection)


def redirect_loop(connection):
    """a redirect to itself"""
    send(connection, 302, b"", "Location: /redirect-loop\r\n")
    return True


OK_FIRST = 3
ok_before = collections.Counter()


def later(name, what, connection):
    ok_before[name] += 1
    return (ok if ok_before[name] <= OK_FIRST else what)(connection)


# What a path does; true means that the connection may serve another request.
PATHS = {
    "/ok": ok,
    "/404": not_found,
    "/half": half,
    "/huge": huge,
    "/huge-unannounced": huge_unannounced,
    "/utf8": utf8,
    "/headers": headers,
    "/slow": slow,
    "/hang": hang,
    "/redirect-loop": redirect_loop,
}
# A target that was good before it went bad: the first OK_FIRST requests are answered as /ok.
PATHS |= {f"/ok-then{name}": functools.partial(later, name, what) for name, what in list(PATHS.items()) if what != ok}


class Handler(socketserver.BaseRequestHandler):
    def handle(self):
        try:
            while self.serve_one():
                pass
        except OSError:
            pass  # the client had enough

    def serve_one(self):
        head = b""
        while b"\r\n\r\n" not in head:
            piece = self.request.recv(4096)
            if not piece or len(head) > 65536:
                return False
            head += piece
        words = head.split(b"\r\n", 1)[0].split(b" ")
        path = words[1].split(b"?", 1)[0].decode("latin-1") if len(words) > 1 else ""
        print(path, flush=True)
        if path == "/":
            send(self.request, 200, "".join(f"{name}\t{what.__doc__.splitlines()[0]}\n" for name, what in PATHS.items()).encode())
            return True
        return bool(PATHS.get(path, not_found)(self.request))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64
    address_family = socket.AF_INET


def main():
    with Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler) as server:
        print(server.server_address[1], flush=True)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        # A test holds our standard input: when the test dies, so do we.
        while sys.stdin.buffer.read(4096):
            pass


if __name__ == "__main__":
    main()
