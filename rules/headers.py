"""WB: headers of files, and what they mean for each other."""

from __future__ import annotations

from paaslint.model import Location, text_of, value_of
from paaslint.names import quoted
from paaslint.nodes import MappingNode
from paaslint.rule import INFO, WARNING, Finding, Iterator, finding, rule

_PROTECTING = (
    "content-security-policy", "cross-origin-embedder-policy", "cross-origin-opener-policy", "cross-origin-resource-policy",
    "permissions-policy", "referrer-policy", "x-content-type-options", "x-frame-options", "x-xss-protection",
)  # fmt: skip
"""Headers that keep a browser from something, in lower case."""

_NO_AGE = frozenset(("public", "private", "immutable", "must-revalidate"))
"""What a `Cache-Control` may say without a word on how long a file may be kept."""


@rule("WB018", "header-without-effect", severity=WARNING, also=(INFO,))
def header_without_effect(location: Location) -> Iterator[Finding]:
    """A header of files has no effect, or takes the effect of another setting.

    Beside a header `Cache-Control` the setting `expires` counts for nothing, which is a warning where the header does not
    say how long files may be kept. For how long browsers have to use `https` is said by the route: of a header
    `Strict-Transport-Security` only `max-age=0` has an effect. The headers of a rule stand in the place of the
    location's, which are not added to them.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    passthru: true
                    expires: 2w    # <- here
                    headers:
                        Cache-Control: public, max-age=86400
                        Strict-Transport-Security: max-age=31536000    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    passthru: true
                    headers:
                        X-Content-Type-Options: nosniff
                    rules:
                        '[.]js$':
                            headers:    # <- here
                                Access-Control-Allow-Origin: "*"

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    passthru: true
                    headers:
                        Cache-Control: public    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
            locations:
                "/":
                    root: public
                    passthru: true
                    headers:
                        Cache-Control: public, max-age=86400
                        Strict-Transport-Security: max-age=0
                        X-Content-Type-Options: nosniff
                    rules:
                        '[.]js$':
                            expires: 2w
                            headers:
                                Access-Control-Allow-Origin: "*"
                                X-Content-Type-Options: nosniff

    Source: Web properties, "Locations"; Custom headers; Static sites, "Create cache rules"
    """
    outer = location.get("headers")
    protecting = _protecting(outer) if isinstance(outer, MappingNode) else {}
    if isinstance(outer, MappingNode) and isinstance(location.node, MappingNode):
        yield from _own(location.node, outer)
    rules = location.get("rules")
    for _, holder in rules if isinstance(rules, MappingNode) else ():
        headers = value_of(holder, "headers")
        if not isinstance(holder, MappingNode) or not isinstance(headers, MappingNode):
            continue
        yield from _own(holder, headers)
        repeated = _protecting(headers)
        lost = [name for key, name in protecting.items() if key not in repeated]
        if lost and headers.entries and not headers.partial:
            yield finding(
                holder.key_of("headers") or headers,
                f"the headers of a rule take the place of the location's: {quoted(lost, 'and')} "
                f"{'is' if len(lost) == 1 else 'are'} not sent with the files that it concerns",
                help="repeat them here, if these files need them",
                severity=INFO,
                related=[(location.key_of("headers"), "the headers of the location")],
            )


def _protecting(headers: MappingNode) -> dict[str, str]:
    """The headers that keep a browser from something, as they are written, by their name in lower case."""
    return {name.lower(): name for name in headers.index() if name.lower() in _PROTECTING}


def _own(holder: MappingNode, headers: MappingNode) -> Iterator[Finding]:
    """What headers mean for the settings beside them."""
    for name, entry in headers.index().items():
        text = (text_of(entry.value) or "").lower()
        if name.lower() == "cache-control":
            expires = holder.entry("expires")
            lacks_age = bool(text) and _NO_AGE.issuperset(text.replace(" ", "").split(","))
            if expires is not None:
                yield finding(
                    expires.key,
                    "`expires` has no effect beside the header `Cache-Control`, which alone says how long files are kept",
                    help="write `max-age`, in seconds, into the header, or remove the header"
                    if lacks_age
                    else "remove one of them",
                    severity=WARNING if lacks_age else INFO,
                    related=[(entry.value, "the header")],
                )
            elif lacks_age:
                yield finding(
                    entry.value,
                    f"`{name}: {text}` does not say how long files may be kept: each browser decides",
                    help="add `max-age` to it, in seconds, such as `max-age=86400`, or write `expires` instead of it",
                    severity=INFO,
                )
        elif name.lower() == "strict-transport-security" and text and "max-age=0" not in text.replace(" ", ""):
            yield finding(
                entry.key,
                f"`{name}` has no effect among the headers of files: the platform sets it for the whole domain, or not",
                help="write `tls: {strict_transport_security: {enabled: true}}` in the route",
            )
