"""Runs as processes of their own: two at once, and one that is killed in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

from tests.alerts.conftest import WEBHOOK, Estate, mailbox
from tests.fakes.mail_server import MailServer
from tests.fakes.webhook_receiver import WebhookReceiver
from tests.support.certificates import Certificate


def start(estate: Estate) -> subprocess.Popen[str]:
    """``recoverable alerts`` in the estate's folder."""
    command = [sys.executable, "-m", "recoverable", "alerts"]
    return subprocess.Popen(command, cwd=estate.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ))


def test_of_four_runs_at_once_one_tells_and_all_say_that_it_fires(estate: Estate, hook: WebhookReceiver) -> None:
    estate.tells(WEBHOOK)
    estate.prove(50)

    runs = [start(estate) for _ in range(4)]
    said = [each.communicate(timeout=120) for each in runs]

    assert [each.returncode for each in runs] == [1] * 4, said
    assert len(hook.taken) == 1
    assert sorted("told hook: 1 message" in err for _, err in said) == [False, False, False, True]


def test_a_run_that_is_killed_while_it_sends_loses_nothing_and_doubles_nothing(
    estate: Estate, hook: WebhookReceiver, mail: MailServer, made: Certificate
) -> None:
    """The webhook has answered; the mail server holds the line when SIGKILL comes."""
    estate.tells(WEBHOOK, mailbox(mail, made))
    estate.prove(50)
    mail.orders.hang_at = "MAIL"
    killed = start(estate)
    deadline = time.monotonic() + 60
    while not mail.hanging.wait(0.05):
        assert time.monotonic() < deadline
        assert killed.poll() is None, killed.communicate()
    killed.send_signal(signal.SIGKILL)
    killed.communicate(timeout=60)
    mail.orders.hang_at = ""
    assert (killed.returncode, len(hook.taken), mail.letters) == (-signal.SIGKILL, 1, [])

    after = estate.run()

    assert (after.code, after.err) == (1, "told oncall/ann@example.com: 1 message\n")
    assert (len(hook.taken), len(mail.letters)) == (1, 1)
