#!/usr/bin/env python3
"""Checks the relative links and anchors of all Markdown files that git knows or would add.

Links to the web are left alone: CI must not depend on somebody's server.
"""

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
REFERENCE = re.compile(r"^\[[^\]]+\]:\s+(\S+)", re.M)


def prose(text):
    """The text without code, where brackets mean other things."""
    text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.S | re.M)
    return re.sub(r"`[^`\n]*`", "", text)


def anchors(path):
    """The anchors that GitHub gives to the headings of a page."""
    text = re.sub(r"^(```|~~~).*?^\1", "", path.read_text(), flags=re.S | re.M)
    found = {}
    for heading in re.findall(r"^#{1,6}\s+(.*?)\s*#*$", text, re.M):
        slug = re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading).lower()).replace(" ", "-")
        n = found.get(slug, 0)
        found[slug] = n + 1
        if n:
            found[f"{slug}-{n}"] = 1
    return set(found)


def main():
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout
    pages = sorted(ROOT / p for p in listed.split("\0") if p and (ROOT / p).exists())
    bad, seen = [], 0
    for page in pages:
        text = prose(page.read_text())
        for target in LINK.findall(text) + REFERENCE.findall(text):
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            seen += 1
            path, _, anchor = unquote(target).partition("#")
            to = (page.parent / path).resolve() if path else page
            where = f"{page.relative_to(ROOT)}: {target}"
            if not to.exists():
                bad.append(f"{where}: there is no such file")
            elif ROOT not in to.parents and to != ROOT:
                bad.append(f"{where}: leads out of the project")
            elif anchor and to.suffix == ".md" and anchor not in anchors(to):
                bad.append(f"{where}: there is no such heading")
    print("\n".join(bad) or f"{seen} relative links in {len(pages)} pages lead somewhere")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
