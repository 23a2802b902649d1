"""Takes one webhook and verifies it with the library of PyPI. The first line is the port; then the secret is read."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer

from standardwebhooks import Webhook


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        webhook = Webhook(self.server.secret)
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        refused = False
        try:
            webhook.verify(body.replace("test", "tEst"), headers)
        except Exception:
            refused = True
        says = webhook.verify(body, headers)
        self.send_response(204)
        self.end_headers()
        print(json.dumps({"verified": True, "refused": refused, "says": says}), flush=True)

    def log_message(self, *_):
        pass


server = HTTPServer(("127.0.0.1", 0), Handler)
print(server.server_port, flush=True)
server.secret = sys.stdin.readline().strip()
server.handle_request()
