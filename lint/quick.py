"""What nearly every run needs of `typing` and `json`, without loading them.

For type checkers the names are those of `typing`, which takes a fifth of the bare interpreter's time to load.
`NamedTuple` makes the same classes in half the time: its annotations are not looked at, and the function that makes an
instance is compiled for the first one. All of it together is a sixth of a clean run (bench/RESULTS.md).
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from re import compile as compile_regex
    from typing import Any as Any
    from typing import Generic as Generic
    from typing import NamedTuple as NamedTuple
    from typing import NoReturn as NoReturn
    from typing import TextIO as TextIO
    from typing import TypeVar as TypeVar

    regex = compile_regex
else:
    from _collections import _tuplegetter

    _make = tuple.__new__

    class Any:
        """Any type."""

    NoReturn = TextIO = Any

    def TypeVar(name, **limits):
        """A name for a type; nobody asks at run time which."""
        return name

    class Generic:
        """The base of classes with type variables."""

        __slots__ = ()

        def __class_getitem__(cls, variables):
            return cls

    class _Record(tuple):
        """The methods of all named tuples."""

        __slots__ = ()
        _fields = ()

        @classmethod
        def _make(cls, values):
            return cls(*values)

        def _replace(self, /, **changes):
            made = _make(self.__class__, map(changes.pop, self._fields, self))
            if changes:
                raise ValueError(f"there are no fields {list(changes)}")
            return made

        def _asdict(self):
            return dict(zip(self._fields, self, strict=True))

        def __repr__(self):
            return f"{self.__class__.__name__}({', '.join(f'{n}={v!r}' for n, v in self._asdict().items())})"

        def __getnewargs__(self):
            return tuple(self)

    class _Maker(type):
        """Turns the body of a class into a named tuple."""

        def __new__(cls, name, bases, body):
            if not bases:
                return type.__new__(cls, name, bases, body)
            fields = tuple(body.get("__annotations__", ()))
            defaults = {field: body.pop(field) for field in fields if field in body}

            def new(cls, /, *values, **named):
                names = ", ".join(fields)
                compiled = eval(f"lambda cls, {names}: make(cls, ({names},))", {"make": _make})
                compiled.__defaults__ = tuple(defaults.values())
                made.__new__ = staticmethod(compiled)
                return compiled(cls, *values, **named)

            for number, field in enumerate(fields):
                body[field] = _tuplegetter(number, None)
            body.setdefault("__slots__", ())
            body.update(_fields=fields, _field_defaults=defaults, __match_args__=fields, __new__=new)
            made = type.__new__(type, name, (_Record,), body)
            return made

    class NamedTuple(metaclass=_Maker):
        """The base that a class names to become a named tuple."""

    class regex:
        """A regular expression that is compiled when it is used: nearly half of ours are not, in a clean run, and to
        compile all of them takes half as long as the bare interpreter."""

        def __init__(self, pattern, flags=0):
            self._written = pattern, flags

        def __getattr__(self, name):
            from re import compile

            compiled = compile(*self._written)
            for method in ("match", "search", "fullmatch", "finditer", "findall", "sub", "split"):
                setattr(self, method, getattr(compiled, method))
            return getattr(compiled, name)


def parse_json(text: str) -> Any:
    """A JSON document of ours, which begins with a bracket; by the C scanner alone, without the package around it,
    whose regular expressions take longer than our tables."""
    try:
        from _json import make_scanner
    except ImportError:
        from json import loads

        return loads(text)
    return make_scanner(_Scanning)(text, 0)[0]  # type: ignore[arg-type]


class _Scanning:
    """How the scanner is to read: as `json.loads` does."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int, parse_constant = float, int, float
