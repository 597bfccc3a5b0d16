"""A mail server on loopback that speaks SMTP (RFC 5321) with STARTTLS (RFC 3207) and AUTH PLAIN and LOGIN (RFC 4954), and misbehaves on demand.

It refuses what a real one refuses: mail and login before TLS, mail before login, data before a recipient.
"""

from __future__ import annotations

import base64
import contextlib
import socketserver
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from types import TracebackType
from typing import Any

from tests.support.certificates import Certificate


@dataclass
class Letter:
    """What was taken."""

    sender: str
    recipients: list[str]
    message: Message


@dataclass
class Orders:
    """How it behaves. ``refuse`` maps a verb, or a verb and a recipient, to the answer that it gets instead.

    At the verb ``hang_at`` it says nothing until the client goes.
    """

    user: str = "alerts"
    password: str = ""
    tls: bool = True
    refuse: dict[str, str] = field(default_factory=dict)
    hang_up_after_data: bool = False
    hang_at: str = ""


class MailServer:
    """Serves while it is entered; ``letters`` are what it took, ``said`` what clients said before and after TLS, logins left out."""

    def __init__(self, made: Certificate, *, implicit: bool = False, **orders: Any) -> None:
        self.orders = Orders(**orders)
        self.letters: list[Letter] = []
        self.in_the_clear: list[str] = []
        self.sessions = 0
        self.hanging = threading.Event()
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                outer.sessions += 1
                with contextlib.suppress(OSError, ssl.SSLError):
                    connection = made.server.wrap_socket(self.request, server_side=True) if implicit else self.request
                    _Session(outer, connection, made.server, encrypted=implicit).serve()

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Handler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> MailServer:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Session:
    def __init__(self, server: MailServer, connection: Any, context: ssl.SSLContext, *, encrypted: bool) -> None:
        self.server, self.connection, self.context = server, connection, context
        self.encrypted, self.known = encrypted, not server.orders.password
        self.file = connection.makefile("rb")
        self.sender, self.recipients = "", list[str]()

    def serve(self) -> None:
        """Until the client goes."""
        self.say("220 mail.example ready")
        while line := self.file.readline():
            words = line.decode().strip()
            if not self.encrypted:
                self.server.in_the_clear.append(words)
            verb, _, rest = words.partition(" ")
            if not self.answer(verb.upper(), rest):
                return

    def say(self, text: str) -> None:
        """A line, or several."""
        self.connection.sendall(text.replace("\n", "\r\n").encode() + b"\r\n")

    def answer(self, verb: str, rest: str) -> bool:
        """False ends the session."""
        orders = self.server.orders
        ordered = orders.refuse.get(f"{verb} {rest.partition('<')[2].partition('>')[0]}") or orders.refuse.get(verb)
        if orders.hang_at == verb:
            self.server.hanging.set()
            self.file.read()
            return False
        if ordered:
            self.say(ordered)
            return not ordered.startswith("421")
        if verb in ("EHLO", "HELO"):
            offers = ["STARTTLS"] if orders.tls and not self.encrypted else []
            offers += ["AUTH PLAIN LOGIN"] if orders.password and self.encrypted else []
            names = ["mail.example", *offers, "SIZE 1000000"]
            self.say("\n".join(f"250{'-' if at < len(names) - 1 else ' '}{name}" for at, name in enumerate(names)))
        elif verb == "STARTTLS" and orders.tls:
            self.say("220 go ahead")
            self.connection = self.context.wrap_socket(self.connection, server_side=True)
            self.file, self.encrypted = self.connection.makefile("rb"), True
        elif verb == "AUTH":
            self.log_in(rest)
        elif verb == "MAIL":
            self.mail(rest)
        elif verb == "RCPT":
            self.recipients.append(rest.partition("<")[2].partition(">")[0])
            self.say("250 ok")
        elif verb == "DATA":
            return self.data()
        elif verb == "QUIT":
            self.say("221 bye")
            return False
        elif verb in ("RSET", "NOOP"):
            self.sender, self.recipients = "", []
            self.say("250 ok")
        else:
            self.say("502 not known")
        return True

    def mail(self, rest: str) -> None:
        """Only behind TLS, and from who has logged in."""
        if not self.encrypted:
            self.say("530 5.7.0 must issue STARTTLS first")
        elif not self.known:
            self.say("530 5.7.0 authentication required")
        else:
            self.sender, self.recipients = rest.partition("<")[2].partition(">")[0], []
            self.say("250 ok")

    def log_in(self, rest: str) -> None:
        """PLAIN, in one line."""
        _, _, given = rest.partition(" ")
        parts = base64.b64decode(given).decode().split("\0") if given else []
        orders = self.server.orders
        self.known = self.encrypted and parts[1:] == [orders.user, orders.password]
        self.say("235 ok" if self.known else f"535 5.7.8 {orders.password} is not what was given")

    def data(self) -> bool:
        """Takes a letter; with ``hang_up_after_data`` it keeps it and is gone before it says so."""
        if not self.recipients:
            self.say("503 no recipient")
            return True
        self.say("354 go on")
        lines = []
        while (line := self.file.readline()) not in (b".\r\n", b""):
            lines.append(line[1:] if line.startswith(b"..") else line)
        self.server.letters.append(Letter(self.sender, self.recipients, message_from_bytes(b"".join(lines), policy=default)))
        if self.server.orders.hang_up_after_data:
            return False
        self.say("250 taken")
        return True
