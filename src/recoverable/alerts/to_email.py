"""Messages by e-mail: SMTP with TLS from the first word or by STARTTLS, never in the clear."""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime

from recoverable.alerts.secret_source import SecretSource
from recoverable.alerts.sending import TIMEOUT, Delivery, RefusedError, UnreachableError

TLS = ("starttls", "tls")
PORTS = {"starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True)
class Mailbox:
    """One recipient: each gets a message of his own, so that one refused address neither stops nor doubles the others."""

    name: str
    host: str
    port: int
    tls: str
    sender: str
    recipient: str
    user: str = ""
    password: SecretSource | None = None
    ca_file: str = ""

    @property
    def key(self) -> str:
        """The destination and the recipient."""
        return f"{self.name}/{self.recipient}"

    def secrets(self) -> Iterator[str]:
        """The password."""
        if self.password:
            with contextlib.suppress(RefusedError):  # said when it is to be used
                yield self.password.read().reveal()

    def send(self, delivery: Delivery) -> None:
        """Send; the server's 250 after the data is what counts."""
        password = self.password.read().reveal() if self.password else ""
        letter = self.letter(delivery)
        client: smtplib.SMTP | None = None
        try:
            client = self._connected()
            if self.user:
                client.login(self.user, password)
            client.send_message(letter, self.sender, [self.recipient])
        except smtplib.SMTPNotSupportedError:
            raise RefusedError("the mail server offers no STARTTLS, or no login") from None
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(next(iter(error.recipients.values()), (0, b""))[0], "the recipient") from None
        except smtplib.SMTPAuthenticationError as error:
            raise _answered(error.smtp_code, "the login") from None
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code, "the message") from None
        except ssl.SSLCertVerificationError:
            raise RefusedError("the mail server's certificate cannot be verified") from None
        except (smtplib.SMTPException, OSError) as error:
            raise UnreachableError(f"the mail server cannot be reached ({type(error).__name__})") from None
        except UnicodeError:
            raise RefusedError("user or password hold letters that SMTP cannot carry") from None
        finally:
            if client:
                with contextlib.suppress(smtplib.SMTPException, OSError):  # the message was taken or refused before
                    client.quit()

    def letter(self, delivery: Delivery) -> EmailMessage:
        """The message with its headers; the id stays the same each time it is tried."""
        letter = EmailMessage(policy=SMTP_POLICY)
        letter["From"], letter["To"], letter["Subject"] = self.sender, self.recipient, delivery.subject
        letter["Date"] = format_datetime(delivery.at)
        letter["Message-ID"] = f"<{delivery.id}@{self.sender.rpartition('@')[2]}>"
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: no answers from machines
        letter.set_content(delivery.text)
        return letter

    def _connected(self) -> smtplib.SMTP:
        try:
            context = ssl.create_default_context(cafile=self.ca_file or None)
        except (OSError, ssl.SSLError):
            raise RefusedError(f"the certificates in {self.ca_file} cannot be read") from None
        here = socket.gethostname() or "localhost"
        if self.tls == "tls":
            return smtplib.SMTP_SSL(self.host, self.port, here, timeout=TIMEOUT, context=context)
        client = smtplib.SMTP(self.host, self.port, here, timeout=TIMEOUT)
        try:
            client.starttls(context=context)
        except BaseException:
            client.close()
            raise
        return client


def _answered(code: int, what: str) -> UnreachableError | RefusedError:
    """5xx is a no; 4xx asks for a later try, and what is no code at all is no answer (RFC 5321, 4.2.1)."""
    if code < 500:
        return UnreachableError(f"the mail server puts {what} off with {code}" if code > 0 else "the mail server did not answer as one")
    return RefusedError(f"the mail server refuses {what} with {code}")
