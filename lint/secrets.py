"""Text that gives access to something: tokens whose form is known, keys, passwords in URLs, and values of telling names.

Only what looks real is found. A reference to a variable, a placeholder, a path, a name made of words: none of them
opens a door.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise

from .quick import NamedTuple

MAX_CHARACTERS = 65_536
"""How much of a text is looked at."""

SHORTEST = 6
"""The least length of a text that is a credential, or has one in it."""

_SHORTEST_FORM, _LONGEST = 12, 4096
"""The least length of a text with a credential of a known form, and the greatest of a value with a telling name."""


class Secret(NamedTuple):
    """A credential in a text: what it is, the range that holds it, and the name that it is given there, if any."""

    what: str
    start: int
    end: int
    name: str = ""


_FORMS = (
    ("-----BEGIN", "a private key", r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"),
    ("AKIA", "an AWS access key", r"AKIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("ASIA", "an AWS access key", r"ASIA[0-9A-Z]{16}(?![0-9A-Za-z])"),
    ("ghp_ gho_ ghu_ ghs_ ghr_", "a GitHub token", r"gh[pousr]_[0-9A-Za-z]{30,255}"),
    ("github_pat_", "a GitHub token", r"github_pat_\w{22,255}"),
    ("glpat- glptt- gldt- glrt- glft- glcbt-", "a GitLab token", r"gl(?:p[at]t|dt|rt|ft|cbt)-[\w-]{18,255}"),
    ("xoxb- xoxp- xoxa- xoxe. xoxr- xoxs-", "a Slack token", r"xox[abeprs][-.][0-9A-Za-z.-]{10,255}"),
    ("xapp-", "a Slack token", r"xapp-[0-9A-Za-z-]{20,255}"),
    ("hooks.slack.com", "a Slack webhook", r"hooks\.slack\.com/(?:services|workflows)/\w{2,99}/\w{2,99}/\w{8,99}"),
    ("sk_live_ rk_live_", "a Stripe secret key", r"[sr]k_live_[0-9A-Za-z]{10,255}"),
    ("whsec_", "a Stripe webhook secret", r"whsec_[0-9A-Za-z+/=]{24,255}"),
    ("AIza", "a Google API key", r"AIza[\w-]{35}(?![\w-])"),
    ("GOCSPX-", "a Google client secret", r"GOCSPX-[\w-]{28}(?![\w-])"),
    ("SG.", "a SendGrid key", r"SG\.[\w-]{16,64}\.[\w-]{16,128}"),
    ("npm_", "an npm token", r"npm_[0-9A-Za-z]{36}(?![0-9A-Za-z])"),
    ("pypi-", "a PyPI token", r"pypi-[\w-]{50,255}"),
    ("dop_v1_", "a DigitalOcean token", r"dop_v1_[0-9a-f]{64}"),
    ("sk-ant- sk-or-", "an API key", r"sk-(?:ant|or)-[\w-]{20,255}"),
    ("sk-proj- sk-svcacct-", "an OpenAI API key", r"sk-(?:proj|svcacct)-[\w-]{20,255}"),
    ("hf_", "a Hugging Face token", r"hf_[0-9A-Za-z]{30,64}"),
    ("shpat_ shpca_ shppa_ shpss_", "a Shopify token", r"shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}"),
    ("/api/webhooks/", "a Discord webhook", r"discord(?:app)?\.com/api/webhooks/[0-9]{1,30}/[\w-]{20,255}"),
    (":AA", "a Telegram bot token", r"[0-9]{8,10}:AA[\w-]{32,33}(?![\w-])"),
    ("NRAK-", "a New Relic key", r"NRAK-[0-9A-Z]{27}"),
    ("NRAL", "a New Relic licence key", r"[0-9a-f]{36}NRAL"),
    ("AccountKey=", "an Azure storage key", r"AccountKey=[0-9A-Za-z+/]{86}=="),
    ("hvs.", "a Vault token", r"hvs\.[\w-]{24,255}"),
    ("sntrys_ sntryu_", "a Sentry token", r"sntry[su]_[\w+/=-]{30,255}"),
    ("eyJ", "a JSON Web Token", r"eyJ[\w-]{10,2000}\.eyJ[\w-]{10,2000}\.[\w-]{10,1000}"),
)
"""Pieces of which each text with such a secret has one, what it is, and its form as the issuers publish it."""
_HINTS = tuple(tuple(form[0].split()) for form in _FORMS)
_STEMS = (
    "-----BEGIN", "AKIA", "ASIA", "AIza", "gh", "github_pat_", "gl", "xox", "xapp-", "hooks.slack.com", "k_live_",
    "whsec_", "GOCSPX-", "SG.", "npm_", "pypi-", "dop_v1_", "sk-", "hf_", "shp", "/api/webhooks/", ":AA", "NRA",
    "AccountKey=", "hvs.", "sntry", "eyJ",
)  # fmt: skip
"""Of which each of those pieces has one: every file is looked through, and they are half as many."""
_PIECES = {
    stem: [(hint, number) for number, hints in enumerate(_HINTS) for hint in hints if stem in hint] for stem in _STEMS
}

_PRIVATE_KEY_END = r"-----END [A-Z0-9 ]{1,60}-----"
_URL = r"""[a-z][a-z0-9+.-]{1,20}://([^\s:/@'"`<>{}]{0,200}):([^\s/@'"`<>{}]{1,200})@([\w.-]{1,255})"""
_ASSIGNMENT = r"""(?<![\w.])-{0,2}([A-Za-z_][\w.-]{2,60})["']?\s?[=:]\s?["']?([^\s"'`;&|,]{8,400})"""
_HOST_OF_ONE_MACHINE = r"localhost|127(?:\.\d+){3}|0\.0\.0\.0|[\w.-]+\.internal"

_TELLING_WORDS = ("pass", "pw", "secret", "token", "key", "credential", "salt")
"""Of which each name has one that tells of a credential."""
_PASSWORD_WORDS = frozenset(("password", "passwd", "pwd", "passphrase"))
_PASSWORD_ENDINGS = ("password", "passwd", "passphrase", "pwd", "pw")
_SECRET_ENDINGS = ("secret", "apikey", "secretkey", "apitoken", "authtoken", "accesstoken")
"""The ends of names that are written as one word: `DBPASSWORD`, `ADMINPW`."""
_FOLDERS = frozenset(("PWD", "OLDPWD"))
"""Variables of the shell itself, which are no passwords."""
_SECRET_WORDS = frozenset(("secret", "secrets", "token", "apikey", "apitoken", "credential", "credentials", "salt"))
_KEYS = frozenset((
    "api", "secret", "private", "access", "auth", "encryption", "signing", "app", "jwt", "master", "session", "hash",
    "account", "storage", "service", "license", "licence", "crypt", "cipher",
))  # fmt: skip
_NO_SECRETS = frozenset((
    "public", "publishable", "site", "path", "file", "filename", "dir", "directory", "name", "id", "url", "uri", "arn",
    "endpoint", "host", "user", "username", "ttl", "expiry", "expires", "expiration", "lifetime", "length",
    "algorithm", "algo", "type", "header", "enabled", "disabled", "timeout", "port", "prefix", "version", "format",
    "field", "issuer", "audience", "provider", "storage", "store", "class", "policy", "rounds", "cost", "min", "max",
    "hasher", "encoder", "driver", "mode", "strategy", "grant", "broker",
))  # fmt: skip
_EMPTY_WORDS = frozenset((
    "password", "passwd", "pass", "pwd", "passphrase", "secret", "token", "key", "api", "app", "test", "tests",
    "testing", "dev", "development", "local", "demo", "sample", "fake", "mock", "my", "the", "a", "an", "this", "is",
    "it", "admin", "root", "user", "main", "default", "db", "database", "foo", "bar", "baz", "none", "null", "abc",
    "qwerty", "value", "string", "here", "some", "not", "so", "very", "access", "auth", "jwt", "hash", "postgres",
    "mysql", "redis", "rabbitmq", "guest", "symfony", "django", "laravel", "platform", "platformsh", "upsun",
))  # fmt: skip
_PLACEHOLDER = (
    r"(?i)change[-_ ]?(?:me|this|it)|to[-_]?change|replace[-_ ]?(?:me|this|with)|\byour|placeholder|dummy|x{3}|"
    r"\btodo\b|fixme|(?<![a-z])example(?![a-z])|insert[-_ ]|\.\.\.|\*{3}|^(?:<.*>|\[.*\]|%.*%|#.*#|_[A-Z_]+_)$"
)
_UNFILLED = r"(?i)x{4}|your|\.\.\.|\*{3}"
"""What a token of a known form has in it while it is none yet; issuers' own samples are taken for real ones."""
_LEAST_VARIETY = 8
_REFERENCE = r"\A\$|\$[{(]|\{\{|%env\("
_FILE = r"[\w./~@+-]*[a-z]\.[a-z]{2,5}\Z|[./~]|arn:"
_WORDS = r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+"


def may_hold_any(text: str) -> bool:
    """Whether a whole file has a piece of any of these forms or names: a cheap look before the thorough one."""
    return has_telling_word(text) or ("://" in text and "@" in text) or bool(forms_in(text))


def has_telling_word(text: str) -> bool:
    """Whether a text has a word that the name of each credential has."""
    return any(map(text.lower().replace("passthru", "").__contains__, _TELLING_WORDS))


def forms_in(text: str) -> tuple[int, ...]:
    """The known forms that a whole file has pieces of: nearly always none, so that its parts need not be looked at."""
    pieces = [piece for stem in _STEMS if stem in text for piece in _PIECES[stem]]
    return tuple(sorted({number for hint, number in pieces if hint in text})) if pieces else ()


def find(text: str, forms: Iterable[int] = range(len(_FORMS))) -> Iterator[Secret]:
    """Credentials of a known form, and passwords inside URLs, in the order of the table; `forms` are those to look for."""
    if len(text) < _SHORTEST_FORM:
        return
    text = text[:MAX_CHARACTERS]
    for number in forms:
        _, what, form = _FORMS[number]
        if any(hint in text for hint in _HINTS[number]):
            for match in re.finditer(f"(?<![0-9A-Za-z])(?:{form})", text):
                end = match.end()
                if what == "a private key":
                    closing = re.search(_PRIVATE_KEY_END, text[end:])
                    end = end + closing.end() if closing else len(text)
                if len(set(match[0])) > _LEAST_VARIETY and not re.search(_UNFILLED, match[0]):
                    yield Secret(what, match.start(), end)
    if "://" in text and "@" in text:
        yield from _passwords_in_urls(text)


def find_named(text: str) -> Iterator[Secret]:
    """Credentials in a script or in JSON, by the name that they are given: `API_KEY=…`, `--password=…`, `"token": …`."""
    text = text[:MAX_CHARACTERS]
    lower = text.lower()
    if any(word in lower for word in _TELLING_WORDS):
        for match in re.finditer(_ASSIGNMENT, text):
            if "$" not in match[2] and is_secret(match[1], match[2]):
                yield Secret("a credential", match.start(2), match.end(2), match[1])


def is_secret(name: str, value: str) -> bool:
    """Whether something of that name and value is a credential.

    The name says so (`DB_PASSWORD`, `apiKey`; not `TOKEN_URL` or `PUBLIC_KEY`), and the value is no reference and no
    placeholder: a password has letters and digits, anything else looks as if no person had made it up.
    """
    kind = _kind_of(name)
    if kind == "password":
        return _is_literal(value, SHORTEST) and any(c.isdigit() for c in value) and any(c.isalpha() for c in value)
    return kind == "key" and _is_literal(value, 8) and _is_random(value)


def is_secret_name(name: str) -> bool:
    """Whether the variable of that name is a credential, whatever its value."""
    return _kind_of(name) != ""


def _kind_of(name: str) -> str:
    """`password` or `key` (or token, salt …), as a name says; empty where it tells of nothing secret."""
    words = [word.lower() for word in re.findall(_WORDS, name[:100])]
    if not words or words[-1] in _NO_SECRETS or "public" in words or "publishable" in words:
        return ""
    if name in _FOLDERS:
        return ""
    if words[-1] == "pass" or words[-1].endswith(_PASSWORD_ENDINGS) or not _PASSWORD_WORDS.isdisjoint(words):
        return "password"
    is_key = words[-1].endswith(_SECRET_ENDINGS) or any(
        pair[0] in _KEYS and pair[1] == "key" for pair in pairwise(words)
    )
    return "key" if is_key or not _SECRET_WORDS.isdisjoint(words) else ""


def _is_literal(value: str, shortest: int) -> bool:
    """Whether a value stands for itself: no reference to another place, no file, no placeholder."""
    if not shortest <= len(value) <= _LONGEST or re.search(r"\s|://", value) or re.search(_REFERENCE, value):
        return False
    return not re.match(_FILE, value) and not _is_placeholder(value)


def _is_random(value: str) -> bool:
    """Whether letters, capitals and digits follow each other as no words do."""
    kinds = ["d" if c.isdigit() else "u" if c.isupper() else "l" if c.isalpha() else "" for c in value]
    changes = sum(1 for a, b in pairwise(kinds) if a and b and a != b and (a, b) != ("u", "l"))
    return "d" in kinds and changes >= max(3, min(len(value), 60) / 6)


def _passwords_in_urls(text: str) -> Iterator[Secret]:
    for match in re.finditer(_URL, text):
        user, password, host = match.groups()
        if re.fullmatch(_HOST_OF_ONE_MACHINE, host) or "$" in user + password or "%" in password[:1]:
            continue
        if password != user and not _is_placeholder(password):
            yield Secret("a password", match.start(2), match.end(2))


def _is_placeholder(value: str) -> bool:
    """Whether a value stands for one that is still to come, or is made of nothing but the words of examples."""
    if len(set(value)) < 4 or re.search(_PLACEHOLDER, value):
        return True
    words = [word.lower() for word in re.findall(_WORDS, value)]
    return all(word in _EMPTY_WORDS or (word.isdigit() and len(word) < 5) for word in words)
