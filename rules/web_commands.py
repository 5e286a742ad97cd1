"""WB: what `web` starts: whether it stays, listens where requests arrive, and does at the start what belongs there."""

from __future__ import annotations

from paaslint.commands import starts
from paaslint.commands.development import development
from paaslint.commands.effects import holds_output
from paaslint.commands.running import known
from paaslint.model import Command, Web, has_command, text_of, value_of
from paaslint.nodes import MappingNode, Place, UnknownNode
from paaslint.quick import regex
from paaslint.rule import ERROR, WARNING, Finding, Iterator, finding, rule
from paaslint.text import Span

_OUTPUTS = frozenset(
    (".cache", ".next", ".nuxt", ".output", "_site", "assets", "build", "bundles", "dist", "out", "public", "static")
)
"""Folders that builds write to: where one of them is a mount, a build at the start may be meant."""

_SERVER = "write the command of the server, in the foreground; `sleep infinity` where files alone are served"


@rule("WB002", "start-in-background", also=(WARNING,))
def start_in_background(web: Web) -> Iterator[Finding]:
    """The web server goes to the background.

    The platform takes a `start` that comes back for ended and starts another copy, again and again, until the
    container crashes. `pm2 start` is not told of: the documentation recommends it.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application &"}    # <- here

    Fixed:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}

    Bad:
        web:
            commands: {start: "gunicorn --daemon -b 0.0.0.0:$PORT app:application"}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}

    Source: Web properties, "`start` command"; PHP, "Alternate start commands"
    """
    start = web.start
    gone = starts.detached(start) if start is not None else None
    if start is None or gone is None or (gone.known is not None and gone.known.tool == "PM2"):
        return
    yield finding(
        start.place(gone.span),
        f"{starts.background_of(gone)}: the platform takes the start for ended, and starts another copy again and again until "
        "the container crashes",
        help=starts.foreground_for(gone),
        severity=ERROR if gone.sure else WARNING,
        fix=starts.without_sign(start, gone),
    )


@rule("WB003", "start-ends", severity=WARNING)
def start_ends(web: Web) -> Iterator[Finding]:
    """What is started as the web server does one job and ends.

    The platform starts it again at once, over and over, and nothing answers requests. Commands that may do anything,
    such as `manage.py` or `rake` with a task of the application's own, are not judged.

    Bad:
        web:
            commands: {start: npm run build}    # <- here

    Bad:
        web:
            commands: {start: "# the server comes later"}    # <- here

    Good:
        web:
            commands: {start: npm start}

    Source: Web properties, "`commands`"
    """
    start = web.start
    if start is not None and start.text.strip() and not has_command(start.text):
        what = f"`start` is nothing but a comment: {starts.STARTED_AGAIN}"
        yield finding(start.node, f"{what}, and nothing answers requests", help=_SERVER)
        return
    job = starts.one_job(start) if start is not None else None
    if start is None or job is None:
        return
    yield finding(
        start.place(job.command.span),
        f"{starts.ended(job)}, and nothing answers requests",
        help="put it into a hook, and write the command of the server" if job.entry.purpose else _SERVER,
    )


@rule("WB004", "second-server-never-starts", severity=WARNING, before=("HK019",))
def second_server_never_starts(web: Web) -> Iterator[Finding]:
    """A command stands behind a server or consumer that never ends.

    A container runs one `start`. Behind `&&` or `;`, the second process gets its turn when the first one has ended,
    and that does not happen.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application && celery -A app worker"}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:$PORT app:application"}
        workers:
            queue:
                commands: {start: celery -A app worker}

    Source: Web properties, "`commands`"; Work with workers, "Objective"
    """
    start = web.start
    found = starts.hidden(start) if start is not None else None
    if start is not None and found is not None:
        yield finding(
            start.place(found.second.span),
            starts.never_starts(found),
            help=starts.place_for(found, start),
            related=[(start.place(found.first.command.span), "runs for ever")],
        )


@rule("WB005", "wrong-port", severity=WARNING)
def wrong_port(web: Web) -> Iterator[Finding]:
    """The server does not listen where the router sends requests.

    With `socket_family: tcp`, the default, that is the port `$PORT`; with `unix` it is the file `$SOCKET`. Elsewhere
    visitors get `502 Bad Gateway`.

    Bad:
        web:
            commands: {start: "gunicorn -b 0.0.0.0:8000 app:application"}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b unix:$SOCKET app:application"}    # <- here

    Bad:
        web:
            commands: {start: "gunicorn -b unix:/tmp/gunicorn.sock app:application"}    # <- here
            upstream: {socket_family: unix}

    Bad:
        web:
            commands: {start: "gunicorn -b $PORT app:application"}    # <- here

    Good:
        web:
            commands: {start: "gunicorn -b unix:$SOCKET app:application"}
            upstream: {socket_family: unix}

    Source: Web properties, "Where to listen"; Troubleshoot, "HTTP responses 502 Bad Gateway"
    """
    start = web.start
    if start is None or not start.script.complete:
        return
    reads = [reading for script in start.script.walk() for reading in script.reads if reading.name in _ADDRESSES]
    if not reads and "PORT" not in start.text and "SOCKET" not in start.text:
        yield from _fixed_addresses(start, _family(web))
    yield from _bare_ports(start)
    family = _family(web)
    wrong = {"tcp": "SOCKET", "unix": "PORT"}.get(family or "")
    if len({reading.name for reading in reads}) != 1 or wrong is None:
        return
    for reading in reads:
        if reading.name == wrong and not reading.guarded and not reading.own:
            upstream = value_of(web.get("upstream"), "socket_family")
            yield finding(
                start.place(reading.span),
                f"`${wrong}` is not where requests arrive: with `socket_family: {family}`"
                f"{'' if upstream is not None else ', the default,'} the router sends them to `${_OTHER[wrong]}`, and "
                "visitors get `502 Bad Gateway`",
                help=f"listen on `${_OTHER[wrong]}`, or set `upstream: {{socket_family: {_FAMILY[wrong]}}}`",
                related=[(upstream, "the family")] if upstream is not None else [],
            )
            return


_ADDRESSES = ("PORT", "SOCKET")
_OTHER = {"PORT": "SOCKET", "SOCKET": "PORT"}
_FAMILY = {"PORT": "tcp", "SOCKET": "unix"}


def _family(web: Web) -> str | None:
    """`tcp` or `unix`, None where it cannot be told; that of PHP is another rule's."""
    upstream = web.get("upstream")
    node = value_of(upstream, "socket_family")
    if node is not None:
        return text_of(node)
    if isinstance(upstream, MappingNode) and not {"socket_family", "protocol"}.issuperset(upstream.index()):
        return None  # a key that means nothing there may be meant
    kind = web.application.type
    if isinstance(upstream, UnknownNode) or kind is None or kind.name in ("php", "composable"):
        return None
    return "tcp" if web.application.get("stack") is None else None


_SOCKET_FILE = regex(r"unix:(?://)?(/?[\w./-]+)\Z")
_GIVEN_FILE = "/run/app.sock"
"""The file that the platform's own messages show `$SOCKET` to be: not promised, and no fault."""


def _fixed_addresses(start: Command, family: str | None) -> Iterator[Finding]:
    for server in known(start):
        if server.kind != "server" or server.command.conditional:
            continue
        for port in server.ports:
            file = _SOCKET_FILE.search(port.value.text)
            if file is not None and file[1] != _GIVEN_FILE:
                variable = "PORT" if family == "tcp" else "SOCKET"
                yield finding(
                    start.place(port.value.span),
                    f"`{server.name}` listens on the file `{file[1]}`: the router sends requests to `${variable}`, and "
                    "visitors get `502 Bad Gateway`",
                    help="write `$SOCKET` in its place"
                    if variable == "SOCKET"
                    else "listen on `$PORT`, or on `$SOCKET` with `upstream: {socket_family: unix}`",
                )
            elif port.port is not None:
                yield finding(
                    _digits(start, port.value.span, str(port.port)),
                    f"`{server.name}` listens on port {port.port}: the router sends requests to `$PORT`, and visitors get "
                    "`502 Bad Gateway`",
                    help="write `$PORT` in its place",
                )


def _digits(command: Command, span: Span, digits: str) -> Place:
    """The place of a number at the end of a word."""
    found = command.text.rfind(digits, *span)
    return command.place(span if found < 0 else (found, found + len(digits)))


def _bare_ports(start: Command) -> Iterator[Finding]:
    for server in known(start):
        for port in server.ports:
            name, word = port.option, port.value
            value = word.text.partition("=")[2] if word.text.startswith("-") else word.text
            if name in ("-b", "--bind") and value in ("$PORT", "${PORT}"):
                prefix = "tcp://0.0.0.0:" if server.tool in ("Puma", "falcon") else "0.0.0.0:"
                yield finding(
                    start.place(word.span),
                    f"`{server.name} {name}` wants an address: without a colon the port is taken for a host, and the "
                    "server does not listen on it",
                    help=f"write `{prefix}$PORT`",
                )


@rule("WB013", "development-server", severity=WARNING)
def development_server(web: Web) -> Iterator[Finding]:
    """A server for development is started.

    It serves slowly, often one request at a time, shows errors with their source to everybody, and watches files that
    cannot change here.

    Bad:
        web:
            commands: {start: "flask run -p $PORT"}    # <- here

    Bad:
        web:
            commands: {start: "uvicorn main:app --reload --port $PORT"}    # <- here

    Good:
        web:
            commands: {start: "uvicorn main:app --port $PORT"}

    Source: Python, "Web servers"; the file system is read-only after the build (Mounts)
    """
    start = web.start
    if start is not None:
        for tool in development(start):
            yield finding(
                start.place(tool.span),
                f"`{tool.name}` is made for development: it is slow, may show errors with their source to visitors, and "
                "watches files that cannot change here",
                help="start the application with a server for production, without reloading",
            )


@rule("WB016", "build-in-start", severity=WARNING)
def build_in_start(web: Web) -> Iterator[Finding]:
    """The start command installs packages or builds the application.

    After the build the file system is read-only except for mounts, so that this fails; and every start of the
    container, which comes without a deployment too, would wait for it.

    Bad:
        web:
            commands: {start: "npm install && npm start"}    # <- here

    Good:
        hooks:
            build: npm install
        web:
            commands: {start: npm start}

    Source: Web properties, "`start` command"; Troubleshoot, "Can't write to file system"
    """
    for start in (web.command("pre_start"), web.start):
        if start is None or not start.script.complete:
            continue
        alone = starts.one_job(start) if start.role == "start" else None
        for tool in known(start):
            purpose, simple = tool.entry.purpose, tool.command
            if purpose not in ("install", "build") or simple.conditional or simple.in_substitution:
                continue
            if (alone is not None and alone.command is simple) or (purpose == "build" and _has_output(web)):
                continue
            yield finding(
                start.place(simple.span),
                f"`{tool.name}` runs at every start of the container, and outside of mounts the file system is read-only "
                "by then",
                help="move it to the `build` hook",
            )


def _has_output(web: Web) -> bool:
    """Whether a mount may take what a build writes; unknown mounts may."""
    return not web.mounts.known or any(holds_output(mount.path, _OUTPUTS) for mount in web.mounts)
