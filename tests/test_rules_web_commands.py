"""What `web` starts, beyond what the rules' examples show."""

from __future__ import annotations

import pytest
from starts import codes, forms, told, written


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("puma -C config/puma.rb && bundle exec sidekiq", "bundle exec sidekiq"),
        ("puma -C config/puma.rb; bundle exec sidekiq", "bundle exec sidekiq"),
        ("gunicorn -b 0.0.0.0:$PORT app:app\ncelery -A app worker", "celery -A app worker"),
        ("exec sh -c 'php-fpm; php artisan queue:work'", "php artisan queue:work"),
    ],
)
def test_the_second_server_never_starts(command: str, text: str) -> None:
    (one,) = told(command, "web")
    assert (one.code, one.severity, one.text) == ("WB004", "warning", text)
    assert one.message.startswith(f"`{text}` never starts")
    assert "worker" in one.help


@pytest.mark.parametrize(
    "command",
    [
        "node server.js && node worker.js",
        "php artisan migrate --force && gunicorn -b 0.0.0.0:$PORT app:app",
        "celery -A app worker & gunicorn -b 0.0.0.0:$PORT app:app",
        "gunicorn -b 0.0.0.0:$PORT app:app || sleep 5",
        "if [ -f x ]; then gunicorn -b :$PORT a:a; else uvicorn --port $PORT a:a; fi",
        "gunicorn -b 0.0.0.0:$PORT app:app; echo ended",
    ],
)
def test_all_get_their_turn(command: str) -> None:
    assert "WB004" not in [one.code for one in told(command, "web")]


SCRIPT = ("set -e", "cd app", "export A=1", "if [ -f x ]; then", "    . ./x", "fi", "puma -e é &&  bundle exec sidekiq")


@pytest.mark.parametrize("form", forms())
def test_places_in_scripts(form: str) -> None:
    scalar, files, path, line = forms(*SCRIPT)[form]
    (one,) = written(scalar, "web", files=files)
    margin = 0 if form == "included" else 16
    assert (one.code, one.path, one.line) == ("WB004", path, line + 6 - (form != "included"))
    assert (one.column, one.text) == (margin + 15, "bundle exec sidekiq")


@pytest.mark.parametrize(
    ("scalar", "line", "column"),
    [
        ("puma -C config/puma.rb && bundle exec sidekiq", 5, 42),
        ('"puma -C config/puma.rb && bundle exec sidekiq"', 5, 43),
        ("'puma -C config/puma.rb && bundle exec sidekiq'", 5, 43),
        (">-\n            puma -C config/puma.rb\n            && bundle exec sidekiq", 7, 16),
    ],
)
def test_places_in_every_form(scalar: str, line: int, column: int) -> None:
    (one,) = written(scalar, "web")
    assert (one.code, one.line, one.column, one.text) == ("WB004", line, column, "bundle exec sidekiq")


@pytest.mark.parametrize(
    ("command", "severity", "text"),
    [
        ("node server.js &", "error", "&"),
        ("nohup node server.js > /tmp/log &", "error", "&"),
        ("forever start server.js", "error", "forever"),
        ("gunicorn -D -b 0.0.0.0:$PORT app:app", "warning", "-D"),
        ("rails server -d -p $PORT", "warning", "-d"),
        ("nginx", "warning", "nginx"),
        ("service nginx start", "warning", "service"),
        ("supervisord", "warning", "supervisord"),
    ],
)
def test_what_goes_to_the_background(command: str, severity: str, text: str) -> None:
    (one,) = told(command, "web")
    assert (one.code, one.severity, one.text) == ("WB002", severity, text)
    assert "again and again until the container crashes" in one.message


@pytest.mark.parametrize(
    "command",
    [
        "pm2 start server.js",
        "pm2 start server.js --no-daemon",
        "supervisord -n",
        "supervisord -c etc/x.conf",
        "nohup node server.js",
        "node a.js & node b.js & wait",
        "nginx -g 'daemon off;'",
        "krakend run -d -c krakend.json -p $PORT",
        "/usr/sbin/php-fpm8.0-zts",
        "sleep infinity",
        "node server.js",
        "npm start",
        "cd server && java -jar app.jar --server.port=$PORT",
        "./start.sh",
    ],
)
def test_what_stays(command: str) -> None:
    assert told(command, "web") == []


@pytest.mark.parametrize(
    ("command", "found"),
    [
        ("npm run build", [("WB003", "warning")]),
        ("NODE_ENV=production npm build", [("HK022", "warning")]),
        ("php artisan cache:clear", [("WB003", "warning")]),
        ("echo started", [("WB003", "warning")]),
        ("npm run build && npm start", [("WB016", "warning")]),
        ("composer install; exec php-fpm", [("WB016", "warning")]),
        ("bin/console app:serve", []),
        ("rake serve", []),
        ("if [ -f x ]; then node x.js; else echo no; fi", []),
    ],
)
def test_jobs_and_builds(command: str, found: list[tuple[str, str]]) -> None:
    assert codes(told(command, "web")) == found


@pytest.mark.parametrize(
    ("command", "text"),
    [
        ("gunicorn -b 0.0.0.0:8000 app:app", "8000"),
        ("gunicorn -b $PORT app:app", "$PORT"),
        ("uvicorn --uds $SOCKET app:app", "$SOCKET"),
        ("php -S 0.0.0.0:8080", "8080"),
    ],
)
def test_where_the_server_listens(command: str, text: str) -> None:
    found = [one for one in told(command, "web") if one.code != "WB013"]
    assert [(one.code, one.severity, one.text) for one in found] == [("WB005", "warning", text)]
