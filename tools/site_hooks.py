"""What MkDocs is told beyond mkdocs.yml: the pages of the rules in the navigation, and their headings."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

RULES = "rules/"
INDEX = "rules/index.md"


def on_config(config: Any) -> Any:
    """Puts the pages of the rules, which are generated, below their index."""
    folder = Path(config["docs_dir"], RULES)
    index = (folder / "index.md").read_text("utf-8")
    groups = re.findall(r"^## (.+)\n\n\[[^\]]*\]\((\w+\.md)\)", index, re.MULTILINE)
    for entry in config["nav"]:
        for section in entry.values():
            if isinstance(section, list) and INDEX in section:
                section.extend({title: RULES + name} for title, name in sorted(groups))
    return config


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Gives the heading of a rule its name too, so that the contents of the page can be read; its anchor stays."""
    if not page.file.src_uri.startswith(RULES):
        return markdown
    return re.sub(
        r"^## (\w+)\n\n\*\*([\w-]+)\*\*: ",
        lambda m: f"## {m[1]} {m[2]} {{ #{m[1].lower()} }}\n\n",
        markdown,
        flags=re.MULTILINE,
    )
