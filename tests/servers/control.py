"""Lets the command under with_servers.py do things to the servers while it runs, over HTTP on loopback.

POST $TIDEMARK_TEST_CONTROL/<server>/<verb>: 200 when done, 404 for what is not known, 500 with the reason.
Verbs: stop (connections break), kill (at once), start (same port), restart; sshd also change_host_key and
know_host_keys.
"""

import http.server
import threading


class Control:
    def __init__(self, servers):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                _, name, verb, *_ = [*self.path.split("/"), "", ""]
                todo = servers[name].verbs().get(verb) if name in servers else None
                status, text = 404, "no such server or verb"
                if todo:
                    status, text = done(todo)
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        # One at a time: a server is not for two threads.
        self._server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def variables(self):
        return {"TIDEMARK_TEST_CONTROL": f"http://127.0.0.1:{self._server.server_port}"}

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def done(todo):
    try:
        todo()
        return 200, ""
    except Exception as failure:  # told to the one who asked
        return 500, str(failure)
