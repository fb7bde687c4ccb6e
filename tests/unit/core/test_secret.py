"""Secrets are known by the names of their variables."""

from __future__ import annotations

import pytest

from cg_sync.core.secret import is_secret, without_secrets


@pytest.mark.parametrize(
    "name",
    [
        "CG_SYNC_TOKEN", "CG_SYNC_PASSWORD", "CG_SYNC_SIGNING_KEY", "CG_SYNC_SNAPSHOT_SALT",
        "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "ACTIONS_RUNTIME_TOKEN",
        "AWS_SECRET_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "NPM_AUTH", "npm_config__auth", "DB_PWD",
        "SENTRY_DSN", "DATABASE_URL", "HTTPS_PROXY", "SSH_PRIVATE", "apikey",
    ],
)  # fmt: skip
def test_a_name_that_secrets_have_is_one(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize(
    "name",
    ["CG_SYNC_SANDBOX_URL", "CG_SYNC_USERNAME", "OMNITRON_URL", "CHANNEL", "PWD", "CI_COMMIT_SHA",
     "GITHUB_REPOSITORY", "KEYBOARD", "PATH", "PASSENGERS", "AUTHOR"],
)  # fmt: skip
def test_any_other_name_is_none(name: str) -> None:
    assert not is_secret(name)


def test_the_longest_secret_is_masked_first_and_short_ones_not_at_all() -> None:
    environ = {"A_TOKEN": "abcd", "B_TOKEN": "abcdefgh\n", "C_TOKEN": "on", "HOME": "home"}
    assert without_secrets("abcdefgh abcd on home", environ) == "*** *** on home"
