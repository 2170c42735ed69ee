#!/usr/bin/env python3
"""The fault proxy makes each of its faults, and else none."""

import http.client
import http.server
import socket
import sys
import threading
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path[0] = str(Path(__file__).resolve().parent.parent)

from servers.http_call import call  # noqa: E402
from servers.proxy import FaultProxy  # noqa: E402

from blackbox.waiting import wait_until  # noqa: E402

BODY = bytes(range(256)) * 4096  # 1 MiB
STALL_SECONDS = 0.3


class Origin:
    """Keeps what it is sent, in memory, and what it saw of each request."""

    prefix = "ORIGIN"
    is_tcp = False

    def __init__(self):
        objects, seen = {"/kept": BODY}, []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_PUT(self):
                body = self._chunks() if self.headers.get("Transfer-Encoding") else self._whole()
                if body is not None:
                    objects[self.path] = body
                    self._answer(b"")

            def _whole(self):
                wanted = int(self.headers["Content-Length"])
                body = self.rfile.read(wanted)
                seen.append((dict(self.headers), len(body)))
                return body if len(body) == wanted else None

            def _chunks(self):
                body = b""
                while size := int(self.rfile.readline(), 16):
                    body += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return body

            def do_GET(self):
                seen.append((dict(self.headers), 0))
                body = objects.get(self.path.partition("?")[0], b"")
                if self.path.endswith("?chunked"):
                    return self._answer_in_chunks(body)
                self._answer(body)

            do_HEAD = do_GET

            def _answer(self, body):
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def _answer_in_chunks(self, body):
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for start in range(0, len(body), 5000):
                    piece = body[start : start + 5000]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                self.wfile.write(b"0\r\n\r\n")

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            def handle_error(self, *_):
                pass  # a broken connection is what is tried here

        self.objects, self.seen = objects, seen
        self._server = Server(("127.0.0.1", 0), Handler)
        self.port = self.seen_port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def seen_at(self, port):
        self.seen_port = port

    def end(self):
        self._server.shutdown()
        self._server.server_close()


class ProxyTest(unittest.TestCase):
    is_tcp = False

    @classmethod
    def setUpClass(cls):
        cls.origin = Origin()
        cls.origin.is_tcp = cls.is_tcp
        cls.addClassCleanup(cls.origin.end)
        cls.proxy = cls.enterClassContext(FaultProxy(cls.origin))

    def setUp(self):
        self.addCleanup(self.proxy.set, latency_ms=0, bytes_per_second=0)
        self.addCleanup(self.proxy.clear)
        self.origin.seen.clear()
        self.proxy.forget()

    def url(self, path):
        return f"http://127.0.0.1:{self.origin.seen_port}{path}"

    def get(self, path="/kept"):
        return call("GET", self.url(path))

    def put(self, path, body=BODY, headers=None):
        return call("PUT", self.url(path), body, headers)

    def connection(self, timeout=30):
        connection = http.client.HTTPConnection("127.0.0.1", self.origin.seen_port, timeout=timeout)
        self.addCleanup(connection.close)
        return connection

    def is_hit_by(self, fault):
        wait_until(lambda: self.proxy.counts()["faults"].get(fault), 20, f"a {fault}")

    def ends_when_cleared(self, act):
        """What act() gives, which a stall holds up until the rules are cleared."""
        cleared = []

        def clear_later():
            self.is_hit_by("stall")
            time.sleep(STALL_SECONDS)
            cleared.append(time.monotonic())
            self.proxy.clear()

        clearing = threading.Thread(target=clear_later)
        clearing.start()
        try:
            given, ended = act(), time.monotonic()
        finally:
            clearing.join()
        self.assertGreater(ended, cleared[0])
        self.assertEqual(self.proxy.counts()["faults"], {"stall": 1})
        return given

    def got_before_the_end(self):
        """The bytes of /kept that came before the connection broke."""
        connection = self.connection()
        connection.request("GET", "/kept")
        answer, body = connection.getresponse(), b""
        claimed = answer.length
        try:
            while piece := answer.read(1000):
                body += piece
        except ConnectionError:
            pass
        self.assertLess(len(body), claimed)
        return body


class HttpTest(ProxyTest):
    def test_withoutRulesAllPassesAsItCame(self):
        headers = {"Host": "bucket.example.org", "Authorization": "signed"}
        self.assertEqual(self.put("/new", headers=headers).status, 200)
        self.assertEqual(self.get("/new").body, BODY)
        seen = self.origin.seen[0][0]
        self.assertEqual({name: seen[name] for name in headers}, headers)
        self.assertEqual(call("HEAD", self.url("/new")).headers["content-length"], str(len(BODY)))

    def test_chunksPassBothWaysOnOneConnection(self):
        connection = self.connection()
        for _ in range(2):
            connection.request("PUT", "/chunks", body=iter([BODY[:70000], BODY[70000:]]), encode_chunked=True)
            connection.getresponse().read()
            connection.request("GET", "/chunks?chunked")
            self.assertEqual(connection.getresponse().read(), BODY)
        self.assertEqual(self.proxy.counts()["connections"], 1)

    def test_whoAsksToContinueIsTold(self):
        with socket.create_connection(("127.0.0.1", self.origin.seen_port)) as client:
            client.sendall(b"PUT /asked HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n")
            self.assertIn(b"100", client.recv(1000))
            client.sendall(b"hello")
            self.assertIn(b"200", client.recv(1000))
        self.assertEqual(self.origin.objects["/asked"], b"hello")

    def test_requestsAreCounted(self):
        self.put("/counted", b"1")
        self.get("/counted")
        self.get("/counted")
        self.assertEqual(self.proxy.counts()["requests"], {"PUT": 1, "GET": 2})
        self.assertEqual(self.proxy.requests()[0], {"method": "PUT", "path": "/counted", "status": 200})

    def test_answersInThePlaceOfTheServer(self):
        self.proxy.rule("answer", status=503, headers={"Retry-After": "7"}, method="PUT", path="^/busy", times=2)
        self.assertEqual(self.get("/kept").status, 200)
        for _ in range(2):
            refused = self.put("/busy")
            self.assertEqual((refused.status, refused.headers["retry-after"]), (503, "7"))
        self.assertNotIn("/busy", self.origin.objects)
        self.assertEqual(self.put("/busy").status, 200)

    def test_answersLikeTheDoorOfAHotel(self):
        self.proxy.rule("answer", status=200, body="html")
        answer = self.get()
        self.assertEqual((answer.status, answer.headers["content-type"]), (200, "text/html"))
        self.assertIn("<html>", answer.text())

    def test_sendsElsewhere(self):
        headers = {"Location": "http://127.0.0.1:1/", "x-amz-bucket-region": "eu-1"}
        self.proxy.rule("answer", status=307, headers=headers)
        answer = self.get()
        self.assertEqual((answer.status, answer.headers["x-amz-bucket-region"]), (307, "eu-1"))

    def test_theFirstRequestsGoWell(self):
        self.proxy.rule("answer", status=500, skip=2)
        self.assertEqual([self.get().status for _ in range(4)], [200, 200, 500, 200])

    def test_aRuleWithoutEndHitsAll(self):
        self.proxy.rule("answer", status=429, times=0)
        self.assertEqual([self.get().status for _ in range(3)], [429] * 3)
        self.proxy.clear()
        self.assertEqual(self.get().status, 200)

    def test_cutsTheAnswer(self):
        self.proxy.rule("cut", after=300_000)
        self.assertEqual(self.got_before_the_end(), BODY[:300_000])

    def test_resetsTheAnswer(self):
        self.proxy.rule("reset", after=300_000)
        self.assertLessEqual(len(self.got_before_the_end()), 300_000)

    def test_cutsOrResetsTheRequest(self):
        for fault in ("cut", "reset"):
            self.origin.seen.clear()
            self.proxy.rule(fault, where="request", after=300_000)
            with self.assertRaises((http.client.HTTPException, ConnectionError)):
                self.put("/cut")
            if fault == "cut":
                wait_until(lambda: self.origin.seen, 10, "what the server got")
                self.assertEqual(self.origin.seen[0][1], 300_000)
            self.assertNotIn("/cut", self.origin.objects)

    def test_losesTheAnswerToWhatWasDone(self):
        self.proxy.rule("lose")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.put("/lost", b"done")
        self.assertEqual(self.origin.objects["/lost"], b"done")

    def test_stallsAnAnswerUntilTheRulesAreCleared(self):
        self.proxy.rule("stall", after=1000)
        connection = self.connection()
        connection.request("GET", "/kept")
        answer = connection.getresponse()
        self.assertEqual(answer.read(1000), BODY[:1000])
        self.assertEqual(self.ends_when_cleared(answer.read), BODY[1000:])

    def test_stallsARequestUntilTheRulesAreCleared(self):
        self.proxy.rule("stall", where="request", after=1000)
        self.assertEqual(self.ends_when_cleared(lambda: self.put("/late")).status, 200)
        self.assertEqual(self.origin.objects["/late"], BODY)

    def test_whoComesToAStallAfterTheRulesWereClearedPasses(self):
        self.proxy.rule("stall", where="request", after=1000)
        connection = self.connection(timeout=20)
        connection.putrequest("PUT", "/passes")
        connection.putheader("Content-Length", "2000")
        connection.endheaders(BODY[:500])
        self.is_hit_by("stall")
        self.proxy.clear()
        connection.send(BODY[500:2000])
        self.assertEqual(connection.getresponse().status, 200)
        self.assertEqual(self.origin.objects["/passes"], BODY[:2000])

    def test_drips(self):
        self.proxy.rule("drip", bytes=len(BODY) // 4)
        begun = time.monotonic()
        self.assertEqual(self.get().body, BODY)
        self.assertGreater(time.monotonic() - begun, 0.39)

    def test_flipsABit(self):
        self.proxy.rule("flip", after=500_000)
        body = self.get().body
        self.assertEqual([at for at in range(len(BODY)) if body[at] != BODY[at]], [500_000])
        self.proxy.rule("flip", where="request", after=0)
        self.put("/flipped")
        self.assertEqual(self.origin.objects["/flipped"], bytes([BODY[0] ^ 1]) + BODY[1:])

    def test_claimsAnotherLength(self):
        self.proxy.rule("length", by=10)
        self.assertEqual(self.got_before_the_end(), BODY)
        self.proxy.rule("length", by=-10)
        self.assertEqual(self.get().body, BODY[:-10])

    def test_givesHalfAsIfItWereAll(self):
        self.proxy.rule("half")
        answer = self.get()
        self.assertEqual(answer.headers["content-length"], str(len(BODY) // 2))
        self.assertEqual(answer.body, BODY[: len(BODY) // 2])

    def test_halvesNoChunks(self):
        self.proxy.rule("half")
        self.assertEqual(self.get("/kept?chunked").body, BODY)

    def test_refusesRequests(self):
        self.proxy.rule("refuse")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.get()
        self.assertEqual(self.origin.seen, [])

    def test_isAsFarAwayAndAsNarrowAsItIsSaid(self):
        self.proxy.set(latency_ms=50)
        begun = time.monotonic()
        self.get("/nothing")
        self.assertGreater(time.monotonic() - begun, 0.1)  # the connection's round trip, and the request's
        self.proxy.set(latency_ms=0, bytes_per_second=4 * len(BODY))
        begun = time.monotonic()
        self.get()
        self.assertGreater(time.monotonic() - begun, 0.2)

    def test_refusesRulesThatItDoesNotKnow(self):
        with self.assertRaises(AssertionError):
            self.proxy.rule("rain")


class TcpTest(ProxyTest):
    is_tcp = True

    def test_bytesPassBothWays(self):
        self.put("/tcp")
        self.assertEqual(self.get("/tcp").body, BODY)
        self.assertEqual(self.proxy.counts()["requests"], {"CONNECT": 2})

    def test_cutsAfterSoManyBytesOfTheConnection(self):
        self.proxy.rule("cut", after=300_000)
        body = self.got_before_the_end()
        self.assertTrue(BODY.startswith(body))
        self.assertGreater(len(body), 299_000)  # the head's bytes count
        self.proxy.rule("reset", where="request", after=300_000)
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.put("/cut")

    def test_stalls(self):
        self.proxy.rule("stall", after=1000)
        self.assertEqual(self.ends_when_cleared(self.get).body, BODY)

    def test_refusesConnections(self):
        self.proxy.rule("refuse")
        with self.assertRaises((http.client.HTTPException, ConnectionError)):
            self.get()

    def test_cutsOffConnectionsThatStand(self):
        connection = self.connection()
        connection.request("GET", "/kept")
        self.assertEqual(connection.getresponse().read(), BODY)
        self.proxy.break_all()
        with self.assertRaises((OSError, http.client.HTTPException)):
            connection.request("GET", "/kept")
            connection.getresponse()
        connection.close()
        self.assertEqual(self.get().body, BODY)

    def test_latencyTakesNoBandwidth(self):
        self.proxy.set(latency_ms=100)
        begun = time.monotonic()
        self.assertEqual(self.get().body, BODY)
        self.assertGreater(time.monotonic() - begun, 0.2)
        self.assertLess(time.monotonic() - begun, 5)


if __name__ == "__main__":
    unittest.main()
