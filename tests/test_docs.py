"""The pages of `docs/` name tests and files that exist."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NAMED = re.compile(r"`((?:tests|ui|api|core|cli|features|persistence)/[\w/]+\.py)(?:::(\w+))?`")


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_what_a_page_names_is_there(page):
    missing = []
    for path, test in NAMED.findall(page.read_text()):
        file = ROOT / path if path.startswith("tests/") else ROOT / "xobito_app" / path
        if not file.exists() or (test and f"def {test}(" not in file.read_text()):
            missing.append(f"{path}::{test}")
    assert missing == []
