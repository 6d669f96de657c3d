"""Take a picture of every page: all widths, light and dark, into a folder nobody commits.

python tools/gallery.py --email ana@demo.example --password … [--url …] [--only inbox,contacts]
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.e2e.installation import CHROMIUM_FLAGS, chromium  # noqa: E402
from xobito_app.ui.routes import ROUTES  # noqa: E402

WIDTHS = (1440, 1024, 390)
HEIGHT = 900
SETTLED = 1200
"""Milliseconds a page is given to show what it loads, on a busy machine."""


def main() -> None:
    """Sign in once, then walk through the pages."""
    wanted = _arguments()
    folder = Path(wanted.out)
    folder.mkdir(parents=True, exist_ok=True)
    names = {name for name in wanted.only.split(",") if name}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=list(CHROMIUM_FLAGS))
        for theme in wanted.themes.split(","):
            context = browser.new_context(color_scheme=theme)
            page = context.new_page()
            page.on("console", lambda said: said.type == "error" and print("console:", said.text))
            _sign_in(page, wanted)
            for width in (int(size) for size in wanted.widths.split(",")):
                page.set_viewport_size({"width": width, "height": HEIGHT})
                for route in ROUTES:
                    if not names or route.name in names:
                        page.goto(wanted.url + route.path)
                        _take(page, folder / f"{route.name}-{width}-{theme}.png")
            context.close()
        browser.close()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", default="http://localhost:3000")
    parser.add_argument("--email", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--out", default="test-results/gallery")
    parser.add_argument("--only", default="", help="Names of pages, with commas between them.")
    parser.add_argument("--widths", default=",".join(map(str, WIDTHS)))
    parser.add_argument("--themes", default="light,dark")
    return parser.parse_args()


def _sign_in(page: Page, wanted: argparse.Namespace) -> None:
    page.goto(f"{wanted.url}/sign-in")
    page.get_by_label("E-mail").fill(wanted.email)
    page.get_by_label("Password", exact=True).fill(wanted.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/inbox**", wait_until="commit")


def _take(page: Page, target: Path) -> None:
    page.wait_for_timeout(SETTLED)
    page.screenshot(path=target)
    over = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    print(target.name, f"{over} px wider than the window" if over > 0 else "")


if __name__ == "__main__":
    main()
