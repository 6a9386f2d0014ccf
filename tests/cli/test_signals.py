"""The first signal ends a run cleanly, the second one at once."""

import signal
import subprocess
import sys

import pytest

from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.signals import Interrupted, Signals

TWICE = """
import signal
from reconciler.cli.signals import Signals
with Signals().caught() as signals, signals.finishing():
    signal.raise_signal(signal.{first})
    print("finishing", signals.stopping(), flush=True)
    signal.raise_signal(signal.{second})
    print("never reached")
"""
BOTH = pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, ExitCode.INTERRUPTED), (signal.SIGTERM, ExitCode.TERMINATED)]
)


@BOTH
def test_while_reading_a_signal_ends_the_run(number: signal.Signals, code: ExitCode) -> None:
    with Signals().caught() as signals:
        with pytest.raises(Interrupted) as caught:
            signal.raise_signal(number)
        assert caught.value.code is code
        assert signals.received is code


@BOTH
def test_while_applying_the_first_signal_lets_the_change_finish(
    number: signal.Signals, code: ExitCode, capsys: pytest.CaptureFixture[str]
) -> None:
    with Signals().caught() as signals, signals.finishing():
        assert not signals.stopping()
        signal.raise_signal(number)
        assert signals.stopping()
        assert signals.received is code
    assert "when the change in flight has ended" in capsys.readouterr().err


def test_an_interruption_cannot_be_swallowed_by_mistake() -> None:
    assert not issubclass(Interrupted, Exception)


@pytest.mark.parametrize(("first", "second", "code"), [("SIGINT", "SIGINT", 130), ("SIGINT", "SIGTERM", 143)])
def test_the_second_signal_ends_the_process(first: str, second: str, code: int) -> None:
    program = TWICE.format(first=first, second=second)
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=30)
    assert (ended.returncode, ended.stdout) == (code, "finishing True\n")


def test_handlers_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals().caught():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before
