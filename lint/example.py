"""The docstring of a rule as its page: what it says, its examples, and the in-memory projects that they stand for.

An example is a piece of configuration. `# file: NAME` starts a file, `# option: plan=standard` sets an option,
`# tree: complete` says that a file which is not there is absent. A piece without a `file` line is laid over a clean
project, the skeleton of what the rule visits: its top-level keys replace or extend the skeleton's. Lines with
`# <- here` are where the findings are expected.
"""

from __future__ import annotations

import inspect
import re
from textwrap import dedent

from .quick import TYPE_CHECKING, NamedTuple, regex

if TYPE_CHECKING:
    from .rule import Rule

MARK = "# <- here"
_SECTION = regex(r"(Bad|Good|Fixed|Source|Sources)(?: \(([^)]*)\))?:\s*(.*)")
_FILE = regex(r"#\s*file:\s*(\S+)\s*")
_OPTION = regex(r"#\s*option:\s*([\w-]+)=(.*)")


class Example(NamedTuple):
    """A piece of configuration of a rule's page. `kind` is `bad`, `good` or `fixed`; `title` may say more."""

    kind: str
    title: str
    text: str

    @property
    def shown(self) -> str:
        """The text for readers."""
        return "\n".join(line.replace(MARK, "# <-").rstrip() for line in self.text.splitlines())

    @property
    def options(self) -> dict[str, str]:
        found = (_OPTION.fullmatch(line.strip()) for line in self.text.splitlines())
        return {m[1]: m[2].strip() for m in found if m}

    @property
    def complete(self) -> bool:
        """Whether a file that the example does not have is absent."""
        return any(re.fullmatch(r"#\s*tree:\s*complete", line.strip()) for line in self.text.splitlines())

    def files(self, default: str) -> dict[str, str]:
        """The files by path; text before the first `# file:` line belongs to the file `default`."""
        files: dict[str, list[str]] = {}
        path = default
        for line in self.text.splitlines():
            match = _FILE.fullmatch(line.strip())
            if match:
                path = match[1]
                files[path] = []
            elif _OPTION.fullmatch(line.strip()) or re.fullmatch(r"#\s*tree:\s*complete", line.strip()):
                continue
            else:
                files.setdefault(path, []).append(line)
        return {path: "\n".join(lines).strip("\n") + "\n" for path, lines in files.items()}


class RuleDoc(NamedTuple):
    """A rule's docstring: the first sentence, the reasons behind it, its examples and its sources."""

    summary: str
    text: str
    examples: tuple[Example, ...]
    sources: tuple[str, ...]


def read_doc(rule: Rule) -> RuleDoc:
    """Take a rule's docstring apart."""
    lines = inspect.cleandoc(rule.check.__doc__ or "").splitlines()
    prose: list[str] = []
    examples: list[Example] = []
    sources: list[str] = []
    index = 0
    while index < len(lines):
        match = _SECTION.fullmatch(lines[index])
        index += 1
        if match is None:
            prose.append(lines[index - 1])
            continue
        body: list[str] = []
        while index < len(lines) and (not lines[index].strip() or lines[index].startswith(" ")):
            body.append(lines[index])
            index += 1
        if match[1].startswith("Source"):
            sources += [line.strip() for line in (match[3], *body) if line.strip()]
        else:
            examples.append(Example(match[1].lower(), match[2] or "", dedent("\n".join(body)).strip("\n")))
    summary, _, text = "\n".join(prose).strip().partition("\n\n")
    return RuleDoc(" ".join(summary.split()), text.strip(), tuple(examples), tuple(sources))
