"""One run at a time applies a configuration."""

import json
import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from reconciler.cli.lock import exclusive
from reconciler.errors import ConfigError, LockHeld

HOLD = """
import sys
from pathlib import Path
from reconciler.cli.lock import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with exclusive(tmp_path), pytest.raises(LockHeld) as caught, exclusive(tmp_path):
        pass
    assert f"process {os.getpid()} on {socket.gethostname()!r} since 20" in str(caught.value)


def test_the_lock_is_free_again_after_a_run(tmp_path: Path) -> None:
    with exclusive(tmp_path):
        held = json.loads((tmp_path / ".reconciler" / "apply.lock").read_text())
    lock = tmp_path / ".reconciler" / "apply.lock"
    assert lock.read_text() == ""
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600
    with exclusive(tmp_path):
        assert held["pid"] == os.getpid()


def test_what_a_killed_run_left_written_is_replaced(tmp_path: Path) -> None:
    lock = tmp_path / ".reconciler" / "apply.lock"
    lock.parent.mkdir()
    lock.write_text("x" * 4000)
    with exclusive(tmp_path):
        assert json.loads(lock.read_text())["pid"] == os.getpid()


def test_two_configurations_do_not_wait_for_one_another(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir()
    other.mkdir()
    with exclusive(one), exclusive(other):
        assert (other / ".reconciler" / "apply.lock").exists()


def test_a_killed_run_leaves_nothing_to_clean_up(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockHeld, match=f"process {other.pid} "), exclusive(tmp_path):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
        with exclusive(tmp_path):
            assert other.returncode == -signal.SIGKILL


@pytest.mark.parametrize("text", ["", "no json", "[]", '{"pid": 1}', '{"pid": null, "host": 1, "since": 2}'])
def test_a_lock_file_that_says_nothing_useful_still_locks(tmp_path: Path, text: str) -> None:
    with exclusive(tmp_path):
        (tmp_path / ".reconciler" / "apply.lock").write_text(text)
        with pytest.raises(LockHeld, match="a process that has not told its name"), exclusive(tmp_path):
            pass


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_text("precious")
    (tmp_path / ".reconciler").mkdir()
    (tmp_path / ".reconciler" / "apply.lock").symlink_to(elsewhere)
    with pytest.raises(ConfigError, match="cannot be opened"), exclusive(tmp_path):
        pass
    assert elsewhere.read_text() == "precious"
