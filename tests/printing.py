"""A browser that prints, for tests of pages on paper: how many sheets, and what does not fit."""

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pytest

CHROMIUM: Final = shutil.which("chromium") or shutil.which("google-chrome")
PDFTOTEXT: Final = shutil.which("pdftotext")

needs_chromium = pytest.mark.skipif(not CHROMIUM, reason="there is no Chromium to print with")
needs_pdftotext = pytest.mark.skipif(
    not (CHROMIUM and PDFTOTEXT), reason="there is no Chromium, or no pdftotext (poppler-utils)"
)

_MEASURE: Final = """
const found = {sheets: [], outside: [], wide: []};
for (const sheet of document.querySelectorAll('.sheet')) {
  const box = sheet.getBoundingClientRect();
  const bottom = sheet.querySelector('.bottom');
  const gap = bottom.getBoundingClientRect().top
    - bottom.previousElementSibling.getBoundingClientRect().bottom;
  found.sheets.push({over: sheet.scrollHeight - sheet.clientHeight,
    wide: sheet.scrollWidth - sheet.clientWidth, gap: Math.round(gap * 254 / 96)});
  for (const each of sheet.querySelectorAll('*')) {
    const own = each.getBoundingClientRect();
    if (own.right > box.right || own.left < box.left || own.bottom > box.bottom)
      found.outside.push(each.outerHTML.slice(0, 80));
  }
}
for (const each of document.querySelectorAll('main *'))
  if (each.scrollWidth > each.clientWidth + 1 && getComputedStyle(each).display !== 'inline')
    found.wide.push(each.outerHTML.slice(0, 80));
document.title = JSON.stringify(found);
"""


def measured(html: str, folder: Path, style: str = "") -> Mapping[str, Any]:
    """How the sheets of a page lie on a screen that is wide enough for them.

    `sheets`: by how much each is too high or too wide, in pixels, and the `gap` left above its
    foot in tenths of a millimetre; `outside`: what stands out of its sheet; `wide`: what is wider
    than the element it is in. `style` is added to the page's own.
    """
    ending = f"<style>{style}</style><script>{_MEASURE}</script></body>"
    page = folder / "measured.html"
    page.write_text(html.replace("</body>", ending), "utf-8")
    window = ("--window-size=1200,1600", "--force-device-scale-factor=1")
    done = _chromium(*window, "--dump-dom", page.as_uri())
    title = re.search(r"<title>(\{.*\})</title>", done.decode(), re.DOTALL)
    assert title, done[-2000:]
    unescaped = title[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return dict(json.loads(unescaped))


def pdf(html: str, folder: Path) -> Path:
    """The page as it is printed."""
    page, printed = folder / "page.html", folder / "page.pdf"
    page.write_text(html, "utf-8")
    _chromium("--no-pdf-header-footer", f"--print-to-pdf={printed}", page.as_uri())
    return printed


def sheets(printed: Path) -> list[tuple[int, int]]:
    """Width and height in millimetres of each sheet of a PDF."""
    boxes = re.findall(rb"/Type /Page\b.*?/MediaBox \[([^\]]*)\]", printed.read_bytes(), re.DOTALL)
    return [
        (round(float(right) * 25.4 / 72), round(float(top) * 25.4 / 72))
        for _, _, right, top in (box.split() for box in boxes)
    ]


def texts(printed: Path) -> list[str]:
    """What can be read on each sheet of a PDF."""
    command = [str(PDFTOTEXT), "-layout", str(printed), "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60)  # noqa: S603 # our own file
    return done.stdout.decode().split("\f")[:-1]


def _chromium(*arguments: str) -> bytes:
    command = (str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", *arguments)
    done = subprocess.run(command, capture_output=True, check=True, timeout=120)  # noqa: S603 # the same
    return done.stdout
