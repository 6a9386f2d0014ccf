"""Pages in a real browser: `make browser`. It asks nobody for anything but the page, and says nothing on its console.

Not part of every run, since it needs Chromium (`CHROMIUM` names another than `chromium`).
"""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess
import tempfile
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

KINDS = ["plan", "drift", "doctor", "apply"]
QUIET = [
    *["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"],
    *["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"],
    *["--enable-logging=stderr", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
]
LIGHT, DARK = (0xF7, 0xF6, 0xF3), (0x10, 0x14, 0x18)
# A page around the page, which alone may run a script: it measures the inner one at the width of a phone.
FRAME = """<!DOCTYPE html><title>waiting</title><link rel="icon" href="data:,"><iframe src="/PAGE" width="360" height="800"></iframe><pre id="told"></pre>
<script>addEventListener("load", () => {
  const inner = document.querySelector("iframe").contentDocument, root = inner.documentElement;
  document.getElementById("told").textContent =
    [inner.scripts.length, inner.images.length, root.scrollWidth, inner.title.startsWith("PAGE"),
     getComputedStyle(inner.body).backgroundColor].join(" ");
})</script>"""
OWNED = "<!DOCTYPE html><title>x</title><img src=/stolen><script>console.error('owned')</script>"


@dataclass(slots=True)
class Site:
    """A server of a few pages that remembers what it was asked for."""

    address: str
    pages: dict[str, str]
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def site(hostile_pages: Mapping[str, str], quickstart_page: str) -> Iterator[Site]:
    """Every page, and each within a frame."""
    pages = {**hostile_pages, "quickstart": quickstart_page, "owned": OWNED}
    pages |= {f"frame-{name}": FRAME.replace("PAGE", name) for name in hostile_pages}
    pages |= {f"open-{name}": page.replace("<details>", "<details open>") for name, page in pages.items()}
    made = Site("", pages)

    class Answering(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.asked.append(self.path)
            page = made.pages.get(self.path[1:], "")
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(page.encode("utf-8"))

        def log_message(self, *_: object) -> None:
            """The list of what was asked for is enough."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answering) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        made.address = f"http://127.0.0.1:{server.server_address[1]}"
        yield made
        server.shutdown()


Browse = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def browse() -> Browse:
    """Runs the browser once, with a profile of its own that is thrown away."""
    program = shutil.which(os.environ.get("CHROMIUM", "chromium"))
    assert program, "no Chromium here: install it, or name it with CHROMIUM=/path/to/it"

    def once(address: str, *flags: str) -> subprocess.CompletedProcess[str]:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
            command = [program, *QUIET, f"--user-data-dir={profile}", *flags, address]
            return subprocess.run(command, capture_output=True, text=True, check=True, timeout=90)

    return once


def console(ended: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in ended.stderr.splitlines() if "CONSOLE" in line]


def corner(png: Path) -> tuple[int, ...]:
    """The colour of the first pixel. In the first line no filter has anything to build upon."""
    data = png.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        if data[at + 4 : at + 8] == b"IDAT":
            packed += data[at + 8 : at + 8 + size]
        at += size + 12
    return tuple(zlib.decompress(packed)[1:4])


def test_the_instruments_see_a_page_that_runs_and_loads(site: Site, browse: Browse) -> None:
    ended = browse(f"{site.address}/owned", "--dump-dom")
    assert console(ended) != []
    assert "/stolen" in site.asked


@pytest.mark.parametrize("kind", [*KINDS, "quickstart"])
def test_a_page_loads_by_itself_and_its_console_is_silent(kind: str, site: Site, browse: Browse) -> None:
    ended = browse(f"{site.address}/{kind}", "--dump-dom")
    assert console(ended) == []
    assert site.asked == [f"/{kind}"]
    assert "</html>" in ended.stdout


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_hostile_came_to_life_and_a_phone_is_wide_enough(kind: str, site: Site, browse: Browse) -> None:
    ended = browse(f"{site.address}/frame-{kind}", "--dump-dom")
    told = re.search(r'<pre id="told">(.*?)</pre>', ended.stdout, re.DOTALL)
    assert told is not None
    assert told[1] == "0 0 360 true rgb(247, 246, 243)"
    assert site.asked == [f"/frame-{kind}", f"/{kind}"]


@pytest.mark.parametrize(
    ("look", "flags", "colour"),
    [
        ("light", ["--window-size=1200,1500"], LIGHT),
        ("dark", ["--window-size=1200,1500", "--blink-settings=preferredColorScheme=0"], DARK),
        ("phone", ["--window-size=500,1500"], LIGHT),
    ],
)
def test_how_it_looks(
    look: str, flags: list[str], colour: tuple[int, ...], site: Site, browse: Browse, tmp_path: Path
) -> None:
    """Pictures go to the folder PICTURES, where it is named: somebody should look at them."""
    folder = Path(os.environ.get("PICTURES", tmp_path))
    folder.mkdir(parents=True, exist_ok=True)
    for kind in ("quickstart", "plan"):
        png = folder / f"{kind}-{look}.png"
        browse(f"{site.address}/{kind}", f"--screenshot={png}", *flags)
        assert corner(png) == colour


def test_nothing_is_folded_shut_on_paper(site: Site, browse: Browse, tmp_path: Path) -> None:
    """As many sheets as where everything was unfolded before, and more than with the folds closed for good."""

    def sheets(name: str) -> int:
        pdf = tmp_path / f"{name}.pdf"
        browse(f"{site.address}/{name}", "--no-pdf-header-footer", f"--print-to-pdf={pdf}")
        return len(re.findall(rb"/Type */Page\b", pdf.read_bytes()))

    site.pages["cut"] = re.sub(r"(?s)<details>.*?</details>", "", site.pages["quickstart"])
    assert "<details>" in site.pages["quickstart"]
    assert sheets("quickstart") == sheets("open-quickstart") > sheets("cut")
