"""`inbank serve --demo` in a process of its own, with its sandbox."""

import json
import os
import signal
import subprocess
from dataclasses import dataclass
from typing import Self

import httpx


@dataclass
class Service:
    url: str
    token: str
    shop: str
    sandbox: str
    key: str
    process: subprocess.Popen[str]

    @classmethod
    def start(cls) -> Self:
        program = os.environ.get("INBANK_PROGRAM", "inbank")
        command = [program, "serve", "--demo", "--listen", "127.0.0.1:0", "--output", "json"]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        return cls(
            ready["listen"],
            ready["token"],
            ready["shop"],
            ready["sandbox"],
            ready["sandbox_api_key"],
            process,
        )

    def customer(self, kind: str, order: str) -> None:
        """Have the sandbox do what a customer would, as `inbank trigger` does."""
        answer = httpx.post(
            f"{self.sandbox}/sandbox/trigger",
            headers={"authorization": f"Bearer {self.key}"},
            json={"kind": kind, "order": order},
        )
        answer.raise_for_status()

    def webhooks(self, url: str, secret: str) -> None:
        """Have its webhooks sent there."""
        answer = httpx.put(
            f"{self.url}/v1/shops/{self.shop}/webhook",
            headers={"authorization": f"Bearer {self.token}"},
            json={"url": url, "secret": secret},
        )
        answer.raise_for_status()

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=30)
