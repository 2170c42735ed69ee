#!/usr/bin/env python3
"""Stands before one server on loopback and makes faults by rules.

  fault_proxy.py --listen PORT --control PORT --to PORT [--tcp] [--rule JSON]... [--latency-ms N] [--bytes-per-second N]

HTTP is understood, so that a rule can say which request; with --tcp bytes are bytes. README.md has the rules
and what the control port takes:

  POST /rules (JSON: one or a list)   DELETE /rules (stalls go on)   PUT /settings
  GET /counts   DELETE /counts        GET /requests   DELETE /connections
"""

import argparse
import http.server
import json
import socket
import sys
import threading
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from servers.fault_http import HttpConnection  # noqa: E402
from servers.fault_rules import Board  # noqa: E402
from servers.fault_tcp import TcpConnection  # noqa: E402

WAITING = 512  # connections that are not taken yet


def control_of(board):
    def add(said):
        board.add(said if isinstance(said, list) else [said])

    verbs = {
        ("POST", "/rules"): add,
        ("DELETE", "/rules"): lambda _: board.clear(),
        ("DELETE", "/connections"): lambda _: board.break_all(),
        ("PUT", "/settings"): board.set,
        ("GET", "/counts"): lambda _: board.counts(),
        ("DELETE", "/counts"): lambda _: board.forget(),
        ("GET", "/requests"): lambda _: board.requests(),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_any(self):
            said = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, told = 404, "no such verb"
            if verb := verbs.get((self.command, self.path)):
                try:
                    status, told = 200, verb(json.loads(said) if said else None)
                except (ValueError, TypeError) as refusal:
                    status, told = 400, str(refusal)
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PUT = do_DELETE = do_any

        def log_message(self, *_):
            pass

    return Handler


def accept_all(listener, board, kind, port):
    while True:
        client, _ = listener.accept()
        board.connected(client)
        threading.Thread(target=kind(board, client, port).serve, daemon=True).start()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("--listen", "--control", "--to"):
        parser.add_argument(name, type=int, required=True)
    parser.add_argument("--tcp", action="store_true")
    parser.add_argument("--rule", action="append", default=[], type=json.loads)
    parser.add_argument("--latency-ms", type=float, default=0)
    parser.add_argument("--bytes-per-second", type=float, default=0)
    asked = parser.parse_args()
    board = Board()
    board.add(asked.rule)
    board.set({"latency_ms": asked.latency_ms, "bytes_per_second": asked.bytes_per_second})
    listener = socket.create_server(("127.0.0.1", asked.listen), backlog=WAITING)
    kind = TcpConnection if asked.tcp else HttpConnection
    threading.Thread(target=accept_all, args=(listener, board, kind, asked.to), daemon=True).start()
    http.server.ThreadingHTTPServer(("127.0.0.1", asked.control), control_of(board)).serve_forever()


if __name__ == "__main__":
    main()
