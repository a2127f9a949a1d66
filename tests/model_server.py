"""An OpenAI-compatible server on this machine whose model says what it is told."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class ModelServer:
    """Streams `pieces`, or the reply of `replies` whose key the question contains.

    `asked` keeps the requests; while `hold` is cleared, nothing is answered.
    """

    def __init__(self) -> None:
        self.pieces: list[str] = ["```sql\n", "SELECT ", "count(*) ", "FROM t", "\n```"]
        self.replies: dict[str, str] = {}
        self.status = 200
        self.models: list[str] = ["tiny"]
        self.asked: list[dict[str, Any]] = []
        self.hold = threading.Event()
        self.hold.set()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def said(self, request: dict[str, Any]) -> list[str]:
        """The pieces of the reply to a request."""
        question = request["messages"][-1]["content"].rpartition("Question: ")[2]
        for words, sql in self.replies.items():
            if words in question:
                return ["```sql\n", *(f"{word} " for word in sql.split(" ")), "\n```"]
        return self.pieces

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._reply(json.dumps({"data": [{"id": name} for name in server.models]}))

            def do_POST(self) -> None:
                size = int(self.headers["Content-Length"])
                request = json.loads(self.rfile.read(size))
                server.asked.append({"path": self.path, **request})
                server.hold.wait(10)
                said = server.said(request)
                events = [{"choices": [{"delta": {"content": piece}}]} for piece in said]
                lines = [f"data: {json.dumps(event)}\n\n" for event in events]
                self._reply("".join([*lines, "data: [DONE]\n\n"]))

            def _reply(self, body: str) -> None:
                self.send_response(server.status)
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, format: str, *args: object) -> None:
                pass

        return Handler

    def close(self) -> None:
        """Answer what waits, and stop."""
        self.hold.set()
        self.http.shutdown()
        self.http.server_close()
