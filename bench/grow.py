"""Projects of any size, made up: what grows is one thing at a time."""

from __future__ import annotations

from pathlib import Path

APPLICATION = """\
name: {name}
type: "python:3.13"
size: S
disk: 512
relationships:
    database: "db:mysql"
mounts:
    "data{number}":
        source: local
        source_path: "data{number}"
hooks:
    build: |
        set -e
        pip install -r requirements.txt
web:
    commands:
        start: "gunicorn -b unix:$SOCKET shop{number}.wsgi"
    locations:
        "/":
            passthru: true
"""
WORKER = """\
    worker{number}:
        size: S
        disk: 256
        mounts:
            "queue{number}":
                source: local
                source_path: "queue{number}"
        commands:
            start: "celery -A shop.tasks{number} worker --loglevel=INFO"
"""
SERVICE = """\
db{number}:
    type: "mariadb:11.8"
    disk: 512
"""
ROUTE = """\
"https://shop{number}.{{default}}/":
    type: upstream
    upstream: "app:http"
    cache:
        enabled: true
        cookies: ["SESSION{number}"]
"""
SERVICES = 'db:\n    type: "mariadb:11.8"\n    disk: 512\n'
ROUTES = '"https://{default}/":\n    type: upstream\n    upstream: "app:http"\n'


def write(
    folder: Path, *, lines: int = 0, applications: int = 1, workers: int = 0, services: int = 0, routes: int = 0
) -> Path:
    """Makes a project in a new folder. `lines` is the length of the (first) application's file, at least some 20."""
    (folder / ".platform").mkdir(parents=True)
    texts = [APPLICATION.format(name=f"app{n or ''}", number=n) for n in range(applications)]
    if workers:
        texts[0] += "workers:\n" + "".join(WORKER.format(number=n) for n in range(workers))
    missing = lines - texts[0].count("\n") - 2
    if missing > 0:
        texts[0] += "variables:\n    env:\n" + "".join(f'        SETTING_{n}: "value {n}"\n' for n in range(missing))
    for number, text in enumerate(texts):
        place = folder / f"app{number}" if applications > 1 else folder
        place.mkdir(exist_ok=True)
        (place / ".platform.app.yaml").write_text(text, encoding="utf-8")
    more = "".join(SERVICE.format(number=n) for n in range(services))
    (folder / ".platform" / "services.yaml").write_text(SERVICES + more, encoding="utf-8")
    more = "".join(ROUTE.format(number=n) for n in range(routes))
    (folder / ".platform" / "routes.yaml").write_text(ROUTES + more, encoding="utf-8")
    return folder
