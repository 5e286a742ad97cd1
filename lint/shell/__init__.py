"""Shell scripts, read as the platform will run them.

The structure comes from tree-sitter with its Bash grammar, which reads what dash reads as well, and goes on after
errors. Positions are indexes of code points in the text of the script (`ScalarNode.part` maps them into the file).

What cannot be known is None (`directory`, `option`) or is left out: a command that does not parse is no command
here, and `Script.complete` is False. What follows an unterminated quote is never read.
"""

from __future__ import annotations

from functools import lru_cache

from .reader import read
from .script import (
    BASH,
    DASH,
    Assignment,
    Block,
    Guard,
    HereDocument,
    Pipeline,
    Reading,
    Redirection,
    Script,
    Setting,
    SimpleCommand,
    Word,
    resolve,
)
from .syntax import Fault, check

__all__ = [
    "BASH",
    "DASH",
    "Assignment",
    "Block",
    "Fault",
    "Guard",
    "HereDocument",
    "Pipeline",
    "Reading",
    "Redirection",
    "Script",
    "Setting",
    "SimpleCommand",
    "Word",
    "parse",
    "resolve",
    "syntax_errors",
]


@lru_cache(maxsize=128)
def parse(text: str, *, dialect: str = DASH) -> Script:
    """The script in `text`. `dialect` is the shell that runs it: `dash` or `bash`. Never fails.

    Equal texts may give the same object: an editor asks again for all scripts of a project after each keystroke.
    """
    return read(text, dialect)


def syntax_errors(script: Script, dialect: str = DASH) -> list[Fault]:
    """The place where a shell gives up reading the script, if there is one.

    With `dash`, the real `dash -n` surely fails; with `bash`, so does `bash -n`. Where only dash fails, the reason is
    a construct of Bash. Positions are those of the outermost text.
    """
    faults = check(script.text, dialect)
    return [f._replace(start=script.offsets[f.start], end=script.offsets[f.end]) for f in faults]
