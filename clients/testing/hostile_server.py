#!/usr/bin/env python3
"""A broker that does what a broker never does: plays the cases of proto/vectors/hostile.json.

    clients/testing/hostile_server.py command [argument ...]

runs the command with MAYFLY_HOSTILE_DIRECTORY in its environment, a folder with one Unix socket
per case, <name>.sock, and exits as the command does. Each connection to a socket plays its case
from the beginning. Without a command it prints the folder and serves until it is interrupted.

Apps.Authenticate and Agents.Challenge are answered as they should be on every connection, and are
no requests to the case, unless it says `greets: false`: so a client may first do what it does on
every new connection. The Python standard library only.
"""

import contextlib
import json
import os
import pathlib
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = json.loads((ROOT / "proto" / "vectors" / "hostile.json").read_text())
HEADER = struct.Struct(">IIBB")
RESPONSE = 2
# What a client may send: the broker's own limit.
MAXIMUM_REQUEST = 1 << 20
CHALLENGE = bytes(range(32))


class Gone(Exception):
    """The client closed the connection: the case is over."""


def varint(value):
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def bytes_field(number, value):
    return varint(number << 3 | 2) + varint(len(value)) + value


def number_field(number, value):
    return varint(number << 3) + varint(value)


def fields(data):
    """The fields of a message: (number, value) with an int for a varint, bytes for the rest."""
    at = 0

    def number():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = number()
        if key & 7 == 0:
            yield key >> 3, number()
        elif key & 7 == 2:
            length = number()
            yield key >> 3, data[at : at + length]
            at += length
        else:
            raise ValueError("no client of ours sends this wire type")


def expand(pieces):
    """Bytes as the vectors write them: hex, or a list of hex, of {"repeat": hex, "times": n} and of
    {"part": name}, a name among the file's parts."""
    if isinstance(pieces, str):
        return bytes.fromhex(pieces)
    if isinstance(pieces, list):
        return b"".join(map(expand, pieces))
    if "part" in pieces:
        return bytes.fromhex(VECTORS["parts"][pieces["part"]])
    return bytes.fromhex(pieces["repeat"]) * pieces["times"]


class Connection:
    """One connection and where its case has got to."""

    def __init__(self, peer, greets):
        self.peer = peer
        self.greets = greets
        self.streams = []

    def receive(self, count):
        data = bytearray()
        while len(data) < count:
            part = self.peer.recv(min(count - len(data), 1 << 16))
            if not part:
                raise Gone
            data += part
        return bytes(data)

    def send(self, data, seconds_per_byte=None):
        if seconds_per_byte is None:
            self.peer.sendall(data)
            return
        for at in range(len(data)):
            self.peer.sendall(data[at : at + 1])
            time.sleep(seconds_per_byte)

    def next_request(self):
        """Reads on to the next request that is the case's."""
        while True:
            length, stream, _, _ = HEADER.unpack(self.receive(HEADER.size))
            if length > MAXIMUM_REQUEST:
                raise Gone
            found = dict(fields(self.receive(length)))
            answer = self.welcome(found.get(2, b"")) if self.greets else None
            if answer is None:
                self.streams.append(stream)
                return
            reply = bytes_field(2, answer)
            self.send(HEADER.pack(len(reply), stream, RESPONSE, 0) + reply)

    @staticmethod
    def welcome(method):
        """The answer to what every connection may begin with; None for any other method."""
        if method not in (b"Authenticate", b"Challenge"):
            return None
        now = int(time.time() * 1000)
        if method == b"Challenge":
            return (bytes_field(1, CHALLENGE) + number_field(2, 30) + bytes_field(3, b"mayfly")
                    + bytes_field(4, b"mayfly.local") + number_field(5, now))
        return (bytes_field(1, CHALLENGE) + bytes_field(2, b"mayfly")
                + bytes_field(3, b"mayfly.local") + bytes_field(4, b"testing")
                + bytes_field(5, b"read:data:*") + number_field(6, 300) + number_field(7, 3600)
                + number_field(8, now))

    def frame(self, described):
        data = expand(described.get("data", ""))
        if "call" in described:
            stream = self.streams[described["call"]] + described.get("add", 0)
        else:
            stream = described["stream"]
        length = described.get("length", len(data))
        kind = described.get("type", RESPONSE)
        return HEADER.pack(length, stream, kind, described.get("flags", 0)) + data

    def play(self, steps):
        for step in steps:
            if step.get("request"):
                self.next_request()
            elif "frame" in step:
                data = self.frame(step["frame"])
                self.send(data[: step.get("first_bytes")], step.get("seconds_per_byte"))
            elif "bytes" in step:
                self.send(expand(step["bytes"]), step.get("seconds_per_byte"))
            elif "together" in step:
                self.send(b"".join(
                    self.frame(part["frame"]) if "frame" in part else expand(part["bytes"])
                    for part in step["together"]))
            elif step.get("close"):
                return
        # Nothing more is said; the client is the one to end it.
        while self.peer.recv(1 << 16):
            pass


def serve(listener, case):
    plays = case["connections"]
    greets = case.get("greets", True)
    count = 0
    while True:
        try:
            peer, _ = listener.accept()
        except OSError:
            return
        steps = plays[min(count, len(plays) - 1)]
        count += 1
        threading.Thread(target=converse, args=(peer, greets, steps), daemon=True).start()


def converse(peer, greets, steps):
    with peer, contextlib.suppress(Gone, OSError):
        Connection(peer, greets).play(steps)


def main():
    directory = tempfile.mkdtemp(prefix="mayfly-hostile.", dir="/tmp")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        for case in VECTORS["cases"]:
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(os.path.join(directory, case["name"] + ".sock"))
            listener.listen(16)
            threading.Thread(target=serve, args=(listener, case), daemon=True).start()
        if len(sys.argv) == 1:
            print(directory, flush=True)
            signal.pause()
        environment = dict(os.environ, MAYFLY_HOSTILE_DIRECTORY=directory)
        return subprocess.run(sys.argv[1:], env=environment, check=False).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        shutil.rmtree(directory)


if __name__ == "__main__":
    sys.exit(main())
