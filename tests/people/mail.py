"""A mail server of a test (RFC 5321): it takes letters over a socket and keeps them, or refuses as it is told to."""

import socketserver
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread


@dataclass
class MailServer:
    """`letters` are the texts that came, `heard` every command before them; `refuse` answers commands of that word."""

    port: int = 0
    letters: list[str] = field(default_factory=list)
    heard: list[str] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)


@contextmanager
def open_mail_server() -> Iterator[MailServer]:
    server = MailServer()

    class Session(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.say("220 sink.example")
            for raw in self.rfile:
                line = raw.decode().strip()
                server.heard.append(line)
                word = line.split(" ")[0].split(":")[0].upper()
                if word in server.refuse:
                    self.say(server.refuse[word])
                elif word == "DATA":
                    self.say("354 go on")
                    self.take()
                elif word == "QUIT":
                    self.say("221 bye")
                    return
                else:
                    self.say("250 ok")

        def take(self) -> None:
            lines = []
            for raw in self.rfile:
                if raw == b".\r\n":
                    break
                lines.append(raw.decode())
            server.letters.append("".join(lines))
            self.say("250 taken")

        def say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Session) as listening:
        listening.daemon_threads = True
        server.port = listening.server_address[1]
        thread = Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            listening.shutdown()
            thread.join()
