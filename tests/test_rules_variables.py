"""Credentials in files, variables of the wrong kind, prefixes, and PHP settings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from examples import lint_files
from paaslint import php_settings, secrets
from paaslint.diagnostic import ERROR, INFO, WARNING, Diagnostic
from paaslint.settings import Settings

# Joined from pieces, so that no scanner takes this file for a leak.
HEX = "8f14e45fceea167a" + "5a36dedd4bea2543"
TOKENS = {
    "AKIA" + "Q3EGRIDNPXT7ZL2K": "an AWS access key",
    "ghp_" + "16C7e42F292c6912E7710c838347Ae178B4a": "a GitHub token",
    "github_pat_" + "11ABCDEFG0aBcDeFgHiJkLmN_oPqRsTuVwXyZ": "a GitHub token",
    "glpat-" + "x4Yz_7kLmNoPqRsT2uVw": "a GitLab token",
    "xoxb-" + "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1": "a Slack token",
    "https://hooks.slack.com/services/" + "T00A1B2C3/B0D4E5F6G/a1B2c3D4e5F6g7H8i9J0k1L2": "a Slack webhook",
    "sk_live_" + "4eC39HqLyjWDarjtT1zdp7dc": "a Stripe secret key",
    "AIza" + "SyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY": "a Google API key",
    "SG." + "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr": "a SendGrid key",
    "npm_" + "1a2B3c4D5e6F7g8H9i0J1k2L3m4N5o6P7q8R": "an npm token",
    "eyJ"
    + "hbGciOiJIUzI1NiJ9.eyJ"
    + "zdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U": "a JSON Web Token",
    "-----BEGIN OPENSSH PRIVATE KEY-----\\nb3BlbnNzaC1rZXk\\n-----END OPENSSH PRIVATE KEY-----": "a private key",
    "mysql://shop:S3cretPassw0rd@db.example.com:3306/shop": "a password",
    "redis://:p8Xq2@cache.example.org:6379": "a password",
}


def lint(variables: str, *select: str, type: str = "python:3.13", more: str = "") -> list[Diagnostic]:
    text = f'name: app\ntype: "{type}"\n{more}variables:\n{variables}\n'
    result = lint_files({".platform.app.yaml": text}, Settings(select=select))
    assert not result.faults, result.faults[0].text
    return result.diagnostics


@pytest.mark.parametrize(("text", "what"), TOKENS.items(), ids=TOKENS.values())
def test_tokens_of_a_known_form_are_found_whatever_their_name(text: str, what: str) -> None:
    found = lint(f'    env:\n        SOMETHING: "{text}"', "VR001")
    assert [d.location.line for d in found] == [5]
    assert what in found[0].message


@pytest.mark.parametrize("text", TOKENS)
def test_no_message_shows_a_credential(text: str) -> None:
    secret = next(secrets.find(text.replace("\\n", "\n")))
    value = text.replace("\\n", "\n")[secret.start : secret.end]
    for found in lint(f'    env:\n        SOMETHING: "{text}"', "VR001"):
        assert not any(value[i : i + 6] in found.message + found.help for i in range(len(value) - 5))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("API_KEY", HEX),
        ("stripeSecret", "Xk29dLq83mZp"),
        ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG/bPxRfiCY4PLEKEY"),
        ("APP_KEY", "base64:2fl+Ktvkfl+Fuz4Qp/A75G2RTiWVA/ZoKZvp6fiiM10="),
        ("HASH_SALT", "123e4567-e89b-12d3-a456-426614174000"),
        ("DB_PASSWORD", "hunter2"),
        ("ADMIN_PASS", "P@ssw0rd!2024"),
        ("MAIL_PASSWORD", "Summer2024-shop"),
        ("DJANGO_SECRET_KEY", "django-insecure-8x!q1k2l$9v0z3"),
    ],
)
def test_telling_names_with_real_values_are_found(name: str, value: str) -> None:
    assert secrets.is_secret(name, value)
    assert len(lint(f"    env:\n        {name}: '{value}'", "VR001")) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_SECRET", "changeme"),
        ("APP_SECRET", "!ChangeThisMercureHubJWTSecretKey1!"),
        ("API_KEY", "your-api-key-1a2b3c"),
        ("API_KEY", "xxxxxxxx-xxxx-1234"),
        ("API_KEY", "<insert key 1a2b3c4d>"),
        ("API_KEY", "${API_KEY_1A2B3C4D}"),
        ("API_KEY", "$API_KEY_1A2B3C4D"),
        ("API_KEY", "%env(API_KEY_1A2B3C)%"),
        ("DB_PASSWORD", "secret"),
        ("DB_PASSWORD", "test1234"),
        ("DB_PASSWORD", "password123"),
        ("DB_PASSWORD", "true"),
        ("JWT_SECRET_KEY", "config/jwt/private1.pem"),
        ("TOKEN_STORE", "database1:postgresql2a3b4c"),
        ("TOKEN_URL", "https://login.example.com/4a5b6c7d8e9f"),
        ("SECRET_NAME", HEX),
        ("PUBLIC_KEY", HEX),
        ("NEXT_PUBLIC_MAPS_API_KEY", HEX),
        ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:shop-a1B2c3"),
        ("RELEASE_SHA", HEX),
        ("PASSWORD_HASHER", "argon2id"),
        ("TOKENIZER", "my-prod-tokenizer-v2a"),
        ("DATABASE_URL", "mysql://user:password@db.example.com/main"),
        ("DATABASE_URL", "mysql://app:app@db.example.com/main"),
        ("DATABASE_URL", "mysql://u1:p9x8y7@database.internal/main"),
        ("DATABASE_URL", "postgresql://dev:d3v1@localhost:5432/dev"),
        ("CLONE_URL", "https://x:$GITHUB_TOKEN@github.com/a/b.git"),
        ("STRIPE_KEY", "sk_test_" + "4eC39HqLyjWDarjtT1zdp7dc"),
        ("STRIPE_KEY", "sk_live_xxxxxxxxxxxxxxxxxxxxxxxx"),
    ],
)
def test_placeholders_references_and_names_are_left_alone(name: str, value: str) -> None:
    assert lint(f"    env:\n        {name}: '{value}'", "VR001") == []


def test_a_credential_in_a_script_is_found_at_its_value() -> None:
    more = f"hooks:\n    build: |\n        set -e\n        curl --password={HEX} https://example.com/a\n"
    (found,) = lint("    env: {A: b}", "VR001", more=more)
    assert (found.location.line, found.location.column) == (6, 25)
    assert found.location.end_column - found.location.column == len(HEX)


def test_a_credential_inside_json_text_is_found() -> None:
    value = f'{{"http-basic": {{"repo.example.com": {{"username": "a", "password": "{HEX}"}}}}}}'
    assert len(lint(f"    env:\n        COMPOSER_AUTH: '{value}'", "VR001")) == 1


@given(st.text(max_size=300))
def test_any_text_can_be_searched(text: str) -> None:
    for secret in (*secrets.find(text), *secrets.find_named(text)):
        assert 0 <= secret.start < secret.end <= len(text)
    assert secrets.is_secret(text, text) in (True, False)


@pytest.mark.parametrize(
    ("value", "severity"),
    [("true", INFO), ("false", INFO), ("0.5", INFO), ("True", WARNING), ("FALSE", WARNING), ("1e3", WARNING)],
)
def test_how_sure_it_is_that_a_value_is_not_kept(value: str, severity: str) -> None:
    (found,) = lint(f"    env:\n        A: {value}", "VR002")
    assert found.severity == severity


@pytest.mark.parametrize("value", ["4", "0", '"true"', "prod", "1.2.3", "~"])
def test_numbers_text_and_nothing_are_good_environment_variables(value: str) -> None:
    assert lint(f"    env:\n        A: {value}", "VR002") == []


def test_what_other_rules_say_of_a_value_is_not_said_twice() -> None:
    found = lint("    env:\n        A: 3.10\n        B: off", "YM013", "YM014", "VR002")
    assert [(d.code, d.location.line) for d in found] == [("YM013", 5), ("YM014", 6)]


def test_values_below_other_prefixes_may_be_anything() -> None:
    assert lint("    d8settings:\n        cache: true\n        rate: 1.5", "VR") == []


@pytest.mark.parametrize(
    ("variables", "severity", "remedy"),
    [
        ("    APP_ENV: prod", ERROR, "`env: {APP_ENV: …}`"),
        ("    env:APP_ENV: prod", ERROR, "`env: {APP_ENV: …}`"),
        ("    php:memory_limit: 256M", ERROR, "`php: {memory_limit: …}`"),
        ("    env:APP: {ENV: prod}", INFO, "`env`, and below it `APP`"),
        ("    Env: {APP_ENV: prod}", INFO, "`env`"),
        ("    envs: {APP_ENV: prod}", INFO, "`env`"),
        ("    ini: {memory_limit: 256M}", INFO, "`php`"),
    ],
)
def test_prefixes_that_are_none(variables: str, severity: str, remedy: str) -> None:
    (found,) = lint(variables, "VR003", "SC", type="php:8.4")
    assert (found.code, found.severity, found.location.line) == ("VR003", severity, 4)
    assert remedy in found.help


@pytest.mark.parametrize("image", ["php:8.4", "composable:26.05"])
def test_php_settings_have_a_meaning_where_php_may_run(image: str) -> None:
    assert lint("    php: {memory_limit: 256M}", "VR003", type=image) == []


def test_php_settings_of_another_runtime() -> None:
    (found,) = lint("    php: {memory_limit: 256M}", "VR003")
    assert "`python`" in found.message


@pytest.mark.parametrize("name", ["port", "PORT", "SOCKET", "PLATFORM_APP_DIR"])
def test_variables_of_the_platform(name: str) -> None:
    assert len(lint(f"    env: {{{name}: x}}", "VR004")) == 1


@pytest.mark.parametrize("name", ["APP_PORT", "PLATFORM_CUSTOM", "PLATFORMSH_CLI_TOKEN"])
def test_own_variables_are_not_the_platforms(name: str) -> None:
    assert lint(f"    env: {{{name}: x}}", "VR004") == []


@pytest.mark.parametrize(
    ("value", "reference"),
    [
        ("mysql://${DATABASE_USERNAME}@${DATABASE_HOST}/main", "${DATABASE_USERNAME}"),
        ("mysql://${database_HOST}/main", "${database_HOST}"),
        ("amqp://$MESSAGE_QUEUE_HOST", "$MESSAGE_QUEUE_HOST"),
        ("https://$PLATFORM_BRANCH.example.com", "$PLATFORM_BRANCH"),
        ("http://localhost:${PORT}", "${PORT}"),
        ("${env:PLATFORM_BRANCH}", "${env:PLATFORM_BRANCH}"),
        ("$CLIENT_URL", None),
        ("${AMOUNT} or $5", None),
        ("mysql://${DATABASES}/main", None),
        ("DATABASE_HOST", None),
    ],
)
def test_values_are_not_put_into_values(value: str, reference: str | None) -> None:
    more = 'relationships: {database: "db:mysql", message-queue: "queue:rabbitmq"}\n'
    line = f"        URL: {value}"
    found = lint(f"    env:\n{line}", "VR006", more=more)
    assert [line[d.location.column - 1 : d.location.end_column - 1] for d in found] == (
        [reference] if reference else []
    )
    assert lint(f"    env:\n{line}", "VR006", type="java:21", more=more) == []


@pytest.mark.parametrize(
    ("name", "value", "host"),
    [
        ("DATABASE_URL", "mysql://app:app@127.0.0.1:3306/app?serverVersion=8.0", "127.0.0.1"),
        ("CACHE", "redis://localhost", "localhost"),
        ("SQLALCHEMY", "postgresql+psycopg2://u@[::1]/db", "[::1]"),
        ("DB_HOST", "127.0.0.1", "127.0.0.1"),
        ("SPRING_REDIS_HOST", "localhost", "localhost"),
        ("DB_HOST", "database.internal", None),
        ("APP_HOST", "localhost", None),
        ("DATABASE_URL", "mysql://app@localhost.example.com/app", None),
        ("APP_URL", "http://localhost:3000", None),
        ("DB_PORT", "3306", None),
    ],
)
def test_services_are_not_in_the_applications_container(name: str, value: str, host: str | None) -> None:
    line = f'        {name}: "{value}"'
    found = lint(f"    env:\n{line}", "VR007")
    assert [line[d.location.column - 1 : d.location.end_column - 1] for d in found] == ([host] if host else [])
    own = 'web: {commands: {start: "redis-server & node server.js"}}\n'
    assert lint(f"    env:\n{line}", "VR007", more=own) == []


@pytest.mark.parametrize(
    ("name", "unknown"),
    [
        ("memory_limit", False),
        ("opcache.preload", False),
        ("session.upload_progress.enabled", False),
        ("register_globals", False),
        ("newrelic.appname", False),
        ("apc.shm_size", False),
        ("memory_limmit", True),
        ("opcache.memory", True),
    ],
)
def test_only_settings_of_php_itself_can_be_unknown(name: str, unknown: bool) -> None:
    assert php_settings.is_unknown(name) == unknown


def test_variables_of_workers_and_web_are_judged_on_upsun_too() -> None:
    text = """\
applications:
    app:
        type: "php:8.4"
        web:
            variables: {env: {DEBUG: true}}
        workers:
            queue:
                commands: {start: php worker.php}
                variables: {env: {PORT: "1"}, php: {memory_limt: 1G}}
"""
    found = lint_files({".upsun/config.yaml": text}, Settings(select=("VR",))).diagnostics
    assert [(d.code, d.location.line) for d in found] == [("VR002", 5), ("VR004", 9), ("VR005", 9)]


def test_each_form_of_a_credential_is_looked_for() -> None:
    for number, hints in enumerate(secrets._HINTS):
        for hint in hints:
            assert number in secrets.forms_in(f"KEY: {hint}0123456789"), hint
