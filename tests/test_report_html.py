"""The page of `paaslint report`: nothing that a file says breaks it or gets out of it, and it says what there is."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from corpus import CorpusProject
from hypothesis import given
from hypothesis import strategies as st

from paaslint.cli import html_report, projects
from paaslint.cli.main import main
from paaslint.report import html
from paaslint.report.html_graph import MISSING, SERVICE, WEB, WIDTH, Card, Edge, Graph, Layout, Row, graph
from paaslint.report.html_markup import VOID, Builder
from paaslint.timetable import merged
from paaslint.usage import UsageError

AT = "2026-03-27T12:00"  # the clocks of Europe change two days later
EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "workers"

TAGS = {
    "a", "article", "body", "circle", "code", "details", "div", "em", "figure", "footer", "form", "g", "h1", "h2", "h3",
    "h4", "head", "header", "html", "i", "input", "label", "li", "main", "mark", "meta", "nav", "option", "output", "p",
    "path", "pre", "rect", "script", "section", "select", "small", "span", "strong", "style", "summary", "svg", "table",
    "tbody", "td", "text", "th", "thead", "title", "tr", "ul",
}  # fmt: skip


class Parsed(HTMLParser):
    """A page taken apart: fails where an element is not closed, or is one that the page has no use for."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.count: dict[str, int] = {}
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        self.count[tag] = self.count.get(tag, 0) + 1
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("script", "style"):
            self.text.append(data)

    @property
    def words(self) -> str:
        return "".join(self.text)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / ".git").mkdir()  # settings are not looked for above
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    return tmp_path


def write(folder: Path, app: str, services: str = "", routes: str = "") -> None:
    (folder / ".platform").mkdir(parents=True, exist_ok=True)
    (folder / ".platform.app.yaml").write_text(app, encoding="utf-8")
    (folder / ".platform" / "services.yaml").write_text(services, encoding="utf-8")
    (folder / ".platform" / "routes.yaml").write_text(routes, encoding="utf-8")


def made(*arguments: str) -> str:
    assert main(["report", "-o", "page.html", "--at", AT, *arguments]) == 0
    return Path("page.html").read_text(encoding="utf-8")


# What files say stays text

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</style><b>",
    "</title></svg><p>",
    "<!-- ",
    "]]>",
    "&lt;&amp;&#x41;",
    "javascript:alert(1)",
    "\\u202ex\\u0000\\x1b[31m",
)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_a_file_says_is_text(folder: Path, hostile: str) -> None:
    quoted = '"' + (hostile if "\\u" in hostile else hostile.replace('"', '\\"')) + '"'
    write(
        folder,
        f"""\
name: {quoted}
type: {quoted}
size: {quoted}
disk: {quoted}
timezone: {quoted}
relationships: {{{quoted}: {quoted}}}
mounts: {{{quoted}: {{source: service, service: {quoted}}}}}
{quoted}: {quoted}
variables: {{{quoted}: {{{quoted}: {quoted}}}}}
web: {{commands: {{start: {quoted}}}, locations: {{{quoted}: {quoted}}}}}
workers: {{{quoted}: {{commands: {{start: {quoted}}}}}}}
crons: {{{quoted}: {{spec: "H * * * *", cmd: {quoted}}}, two: {{spec: {quoted}, cmd: x}}}}
# {hostile}
""",
        f"{quoted}: {{type: {quoted}, size: {quoted}, disk: {quoted}}}\n",
        f'{quoted}: {{type: upstream, upstream: {quoted}}}\n{quoted[:-1]}2": {{type: redirect, to: {quoted}}}\n',
    )
    found = Parsed(made())
    assert found.count["script"] == 1
    assert not [name for _, name, _ in found.attributes if name.startswith("on")]
    assert not [
        value for _, name, value in found.attributes if name == "href" and not value.startswith(("#", "https:"))
    ]
    if "\\u" not in hostile:
        assert found.words.count(" ".join(hostile.split())) > 8
    else:
        assert "<U+202E>" in found.words and "<U+0000>" in found.words


def test_names_of_folders_are_text(folder: Path) -> None:
    odd = folder / "<b onclick=x>&'"
    write(odd, "name: app\ntype: 'php:5.6'\n")
    write(folder / "other", "name: app\ntype: 'php:5.6'\n")
    found = Parsed(made())
    assert "<b onclick=x>&' (Web PaaS or Platform.sh)" in found.words


@given(st.text(), st.text())
def test_text_and_attributes_come_out_as_they_went_in(text: str, attribute: str) -> None:
    element = Builder()("p", text, title=attribute)
    found = Parsed(element)
    assert found.count == {"p": 1}
    if text.isprintable():
        assert found.words == text
    if attribute.isprintable():
        assert found.attributes == [("p", "title", attribute)]


@given(st.text(st.sampled_from("`a<&")))
def test_prose_has_all_of_its_text(text: str) -> None:
    words = Parsed(Builder()("p", Builder().prose(text))).words
    assert words.replace("`", "") == text.replace("`", "")


# Nothing is asked for from elsewhere


def test_the_page_needs_nothing_else() -> None:
    page = made(str(EXAMPLE))
    found = Parsed(page)
    loading = [
        (tag, name) for tag, name, _ in found.attributes if name in ("src", "srcset", "action", "poster", "data")
    ]
    assert loading == []
    assert {tag for tag, name, _ in found.attributes if name == "href"} == {"a"}
    assert ("meta", "content", html.POLICY) in found.attributes and html.POLICY.startswith("default-src 'none'")
    assert not re.search(r"url\(|@import|fetch\(|XMLHttpRequest|import\(", page)


def test_links_lead_to_something() -> None:
    write(Path("two"), "name: app\ntype: 'php:8.4'\ncrons: {a: {spec: '0 1 * * *', cmd: x}}\n")
    for arguments in ([str(EXAMPLE)], ["two"], [str(EXAMPLE), "two"]):
        found = Parsed(made(*arguments))
        ids = [value for _, name, value in found.attributes if name == "id"]
        assert len(ids) == len(set(ids))
        assert {value[1:] for _, name, value in found.attributes if name == "href" and value[0] == "#"} <= set(ids)


# It is the same every time


def test_the_same_input_gives_the_same_page() -> None:
    pages = []
    for seed in ("1", "2"):
        command = [sys.executable, "-m", "paaslint", "report", str(EXAMPLE), "-o", "-", "--at", AT]
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        pages.append(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)
    assert pages[0] == pages[1] == made(str(EXAMPLE)).encode()


def test_the_present_is_that_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = made(str(EXAMPLE))
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1774612800")
    assert main(["report", str(EXAMPLE), "-o", "other.html"]) == 0
    assert Path("other.html").read_text(encoding="utf-8") == expected


# What is said


def test_the_graph_has_what_leads_where(folder: Path) -> None:
    write(
        folder,
        "name: app\ntype: 'php:8.4'\nrelationships: {database: 'db:mysql', gone: 'nowhere:x'}\n"
        "mounts: {shared: {source: service, service: files}, own: {source: local}}\n"
        "workers: {queue: {commands: {start: run}, relationships: {}}}\n",
        "db: {type: 'mariadb:11.4', disk: 256}\nfiles: {type: 'network-storage:2.0', disk: 256}\n",
        "'https://{default}/': {type: upstream, upstream: 'app:http'}\n"
        "'https://www.{default}/': {type: redirect, to: 'https://{default}/'}\n",
    )
    (loaded,) = projects.load_all([])
    drawn = graph(loaded.project, html.Budget(loaded.project).instances)
    assert [(e.start.title, e.end.title, e.kind) for e in drawn.edges] == [
        ("app", "db", "relationship"),
        ("app", "nowhere", "relationship"),
        ("app", "files", "mount"),
        ("app--queue", "files", "mount"),
        ("https://{default}/", "app", "route"),
        ("https://www.{default}/", "https://{default}/", "redirect"),
    ]
    (gone,) = [card for card in drawn.cards if card.kind == MISSING]
    assert (gone.title, gone.subtitle) == ("nowhere", "not defined")
    words = Parsed(made()).words
    assert "web app (php:8.4): relationship database → db:mysql; relationship gone → nowhere:x; mount /shared" in words
    layout = Layout(drawn)
    columns = {card.title: card.x for card in drawn.cards}
    assert columns["https://{default}/"] < columns["app"] == columns["app--queue"] < columns["db"] == columns["nowhere"]
    assert layout.width >= columns["db"] + WIDTH


def test_the_budget_has_bars_and_the_plans_limit(folder: Path) -> None:
    (folder / ".paaslint.toml").write_text("[plan]\nname = 'ours'\nstorage = 5120\n")
    app = "name: app\ntype: 'php:8.4'\ndisk: 2048\nworkers: {a: {commands: {start: x}}, b: {commands: {start: y}}}\n"
    write(folder, app, "db: {type: 'mariadb:11.4', disk: 1024}\n")
    found = Parsed(made())
    assert "7,168 MB of 5,120 MB: 2,048 MB too much" in found.words
    assert "What is known of the plan ours is not enough." in found.words
    widths = [value for tag, name, value in found.attributes if (tag, name) == ("i", "style")]
    assert widths == ["width:28.57%", "width:28.57%", "width:28.57%", "width:14.29%"]
    assert ("span", "style", "left:71.43%") in found.attributes


def test_crons_are_told_in_words_too(folder: Path) -> None:
    job = "timeout: 1200, commands: {start: php x.php}"
    write(
        folder,
        "name: app\ntype: 'php:8.4'\ncrons:\n"
        f"    a: {{spec: '*/10 * * * *', {job}}}\n    b: {{spec: '*/15 * * * *', {job}}}\n    h: {{spec: 'H 3 * * *', {job}}}\n",
    )
    page = made()
    words = Parsed(page).words
    assert "<title>h: 7 runs</title>" in page and "<title>b: 672 runs</title>" in page  # none of the day before
    assert "A deployment may wait up to 20 min, for a." in words
    assert "a: it may outlast its interval, 10 min: the next run waits" in words
    assert "a and b: 5,374 times, first on Fri 2026-03-27 12:15; one waits up to 20 min" in words
    assert "when exactly h runs: the platform chooses a value for H" in words


def test_findings_have_excerpts_and_can_be_filtered() -> None:
    page = made(str(EXAMPLE))
    found = Parsed(page)
    shown = [value for tag, name, value in found.attributes if (tag, name) == ("article", "data-code")]
    loaded = projects.load_all([str(EXAMPLE)])
    expected = html_report.page(loaded, projects.present(AT)).report.diagnostics
    assert shown == [each.code for each in expected] and shown
    assert "database: '<mark>mysqldb</mark>:mysql'".replace("'", "&#x27;") in page
    assert {value for tag, name, value in found.attributes if (tag, name) == ("option", "value")} == {"", *shown}
    assert ("form", "hidden", "") in found.attributes


def test_a_page_of_several_projects() -> None:
    write(Path("a"), "name: app\ntype: 'php:5.6'\n")
    write(Path("b"), "name: app\ntype: 'php:5.6'\n")
    found = Parsed(made("a", "b"))
    assert "2 projects" in found.words
    assert {v for t, n, v in found.attributes if (t, n) == ("article", "data-project")} == {"a", "b"}


SECRETS = ("8f14e45fceea167a5a36dedd4bea2543", "S3cretPassw0rd", "ghp_0aB1cD2eF3gH4iJ5kL6mN7oP8qR9sT0uV1wX2")


@pytest.mark.parametrize("settings", ["", "ignore = ['VR001']\n"])
def test_credentials_are_shown_nowhere(folder: Path, settings: str) -> None:
    (folder / ".paaslint.toml").write_text(settings)
    write(
        folder,
        f"""\
name: app
type: 'php:5.6'
web: {{commands: {{start: "run --token={SECRETS[2]} &"}}}}
variables:
    env:
        DEBUG: true # not {SECRETS[2]}
        MAILER_API_KEY: "{SECRETS[0]}"
        DATABASE_URL: "postgresql://shop:{SECRETS[1]}@db.example.com:5432/shop"
        {SECRETS[2]}: true
        PEM: |
            -----BEGIN RSA PRIVATE KEY-----
            MIIEowIBAAKCAQEAx1A2b3C4d5E6f7G8h9I0
            -----END RSA PRIVATE KEY-----
crons:
    a: {{spec: '0 1 * * *', cmd: 'timeout {SECRETS[2]} x'}}
""",
    )
    page = made()
    Parsed(page)
    assert "•" * 16 in page
    for secret in (*SECRETS, "MIIEowIBAAKCAQEAx1A2b3C4d5E6f7G8h9I0"):
        assert secret not in page


@given(st.lists(st.text("ab\n", max_size=12), max_size=3), st.text("ab", max_size=30))
def test_what_is_masked_keeps_its_length(secrets: list[str], text: str) -> None:
    masked = Builder(secrets).mask(text)
    assert len(masked) == len(text)
    assert not any(line in masked for secret in secrets for line in secret.split("\n") if len(line) >= 6)


# Where things are drawn


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    kinds = draw(st.lists(st.sampled_from(["route", WEB, "worker", SERVICE, MISSING]), min_size=1, max_size=12))
    cards = [
        Card(kind, str(index), group=draw(st.sampled_from(["", "one", "two"]))) for index, kind in enumerate(kinds)
    ]
    ends = st.integers(0, len(cards) - 1)
    edges = []
    for start, end in draw(st.lists(st.tuples(ends, ends), max_size=20)):
        cards[start].rows.append(Row("relationship", "x", cards[end]))
        edges.append(
            Edge(cards[start], len(cards[start].rows) - 1, cards[end], draw(st.sampled_from(["route", "redirect"])))
        )
    for card in cards:
        card.size()
    return Graph(cards, edges, 0)


@given(graphs())
def test_no_card_lies_on_another(made: Graph) -> None:
    layout = Layout(made)
    for index, card in enumerate(made.cards):
        assert 0 <= card.x <= layout.width - WIDTH and 0 <= card.y <= layout.height - card.height
        for other in made.cards[index + 1 :]:
            beside = card.x + WIDTH <= other.x or other.x + WIDTH <= card.x
            assert beside or card.y + card.height <= other.y + 0.01 or other.y + other.height <= card.y + 0.01


@given(graphs())
def test_every_graph_can_be_drawn(made: Graph) -> None:
    from paaslint.report.html_graph import draw

    found = Parsed(draw(made, Builder(), "title"))
    assert found.count["svg"] == 2
    assert found.count.get("g", 0) == 2 * (len(made.cards) + len(made.edges))


def test_thousands_of_parts_are_not_all_drawn(folder: Path) -> None:
    services = "".join(f"s{number}: {{type: 'redis:7.2'}}\n" for number in range(2000))
    relationships = "".join(f"    r{number}: 's{number}:redis'\n" for number in range(2000))
    write(folder, f"name: app\ntype: 'php:8.4'\nrelationships:\n{relationships}", services)
    found = Parsed(made())
    assert "1801 more are not drawn." in found.words
    assert len(found.words) < 2_000_000


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 9))))
def test_merged_times_cover_the_same(times: list[tuple[int, int]]) -> None:
    spans = [(float(start), float(start + length)) for start, length in times]
    joined = merged(spans)
    assert all(one[1] < other[0] for one, other in pairwise(joined))
    moments = [half / 2 for half in range(140)]
    inside = [[any(start <= moment <= end for start, end in each) for moment in moments] for each in (spans, joined)]
    assert inside[0] == inside[1]


# The command


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "-o FILE"),
        (["-o", "x", "--at", "soon"], "--at must be a time"),
        (["-o", "x", "--at", "9999-12-20"], "1970 to 9998"),
        (["-o", "missing/x"], "cannot be written"),
    ],
)
def test_wrong_usage(folder: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str) -> None:
    write(folder, "name: app\ntype: 'php:8.4'\n")
    assert main(["report", *arguments]) == 2
    assert said in capsys.readouterr().err


def test_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["report", "--help"]) == 0
    assert "--at" in capsys.readouterr().out


def test_every_project_of_the_corpus_has_a_page(corpus: list[CorpusProject]) -> None:
    shown = 0
    for each in corpus:
        try:
            loaded = projects.load_all([str(each.folder)])
        except UsageError:  # one page of the documentation has no project
            continue
        page = html_report.page(loaded, projects.present(AT))
        assert page.report.faults == []
        Parsed(html.render(page))
        shown += 1
    assert shown >= len(corpus) - 1


# In a browser

FILTERED = """
<script>
addEventListener("load", function () {
  var form = document.querySelector(".filter"), seen = [];
  function count() { return document.querySelectorAll("article:not([hidden])").length; }
  function set(name, value) {
    form.querySelector(name)[name[1] == "v" ? "checked" : "value"] = value;
    form.dispatchEvent(new Event("input"));
  }
  seen.push(form.hidden ? "hidden" : "shown", count());
  set("[value=warning]", false); seen.push(count());
  set("[value=warning]", true); set("[name=code]", "WK014"); seen.push(count());
  set("[name=text]", "queue nothing-has-this"); seen.push(count());
  set("[name=code]", ""); set("[name=text]", "MySQLdb relationship"); seen.push(count());
  seen.push(document.documentElement.scrollWidth > innerWidth ? "too wide" : "fits");
  seen.push(performance.getEntriesByType("resource").length);
  document.title = "seen " + seen.join(" ");
});
</script>
"""


def browse(*arguments: str, profile: Path) -> str:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium not found (apt-get install chromium)")
    flags = (
        "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-component-update",
        "--disable-background-networking", "--disable-sync", f"--user-data-dir={profile}",
    )  # fmt: skip
    done = subprocess.run([chromium, *flags, *arguments], capture_output=True, timeout=120, check=True)
    return done.stdout.decode("utf-8", "replace")


@pytest.mark.parametrize("width", [500, 1280])
def test_the_filters_work_in_a_browser(folder: Path, width: int) -> None:
    page = made(str(EXAMPLE))
    codes = re.findall(r'<article data-severity="(\w+)" data-code="(\w+)"', page)
    errors = sum(severity == "error" for severity, _ in codes)
    workers = sum(code == "WK014" for _, code in codes)
    assert 0 < workers < errors + workers < len(codes)
    Path("page.html").write_text(page.replace("</body>", FILTERED + "</body>"), encoding="utf-8")
    shown = browse(f"--window-size={width},900", "--dump-dom", f"file://{folder}/page.html", profile=folder / "profile")
    seen = re.search(r"<title>seen ([^<]*)</title>", shown)
    assert seen is not None
    assert seen[1] == f"shown {len(codes)} {errors} {workers} 0 1 fits 0"


def test_it_can_be_printed(folder: Path) -> None:
    made(str(EXAMPLE))
    browse(
        "--no-pdf-header-footer", "--print-to-pdf=page.pdf", f"file://{folder}/page.html", profile=folder / "profile"
    )
    assert (folder / "page.pdf").read_bytes().startswith(b"%PDF-")
