"""What the servers of the peers start with; they answer as far as each peer asks."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.exchange import Answer, App, Asked, said

ADDRESSES = 30
MISSING = said({"message": "404 Not Found"}, 404)


@dataclass(frozen=True)
class Records:
    """DNS records in pages of 1,000; `changed` of them are not as their file says."""

    count: int
    changed: int = 0

    def opened(self) -> App:
        rows = [{"pk": pk, **record(pk)} for pk in range(1, self.count + 1)]
        for it in rows[: self.changed]:
            it["ttl"] = 60
        pages = {
            f"/records/?page={number}": start
            for number, start in enumerate(range(0, self.count, 1_000), 1)
        }
        known: dict[str, Answer] = {}

        def answer(asked: Asked) -> Answer:
            if asked.method == "PATCH":
                rows[int(asked.path.split("/")[2]) - 1].update(asked.content)
                known.clear()
                return said({})
            if asked.target not in known:
                start = pages[asked.target]
                more = f"/records/?page={start // 1_000 + 2}"
                link = f"http://{asked.headers['host']}{more}" if more in pages else None
                page = rows[start : start + 1_000]
                known[asked.target] = said({"count": len(rows), "next": link, "results": page})
            return known[asked.target]

        return answer


def record(number: int) -> dict[str, Any]:
    """What a DNS record says: as many addresses as give its file the scalars of a setting."""
    values = [f"10.{number >> 8 & 255}.{number & 255}.{it}" for it in range(1, ADDRESSES + 1)]
    return {"name": f"record-{number}", "ttl": 300, "values": values}


@dataclass(frozen=True)
class Jobs:
    """Jobs of dbt Cloud, in pages of 100 as it gives them."""

    count: int

    def opened(self) -> App:
        jobs = [{**job(number), "id": number} for number in range(1, self.count + 1)]
        for it in jobs:
            it["name"] += f" [[{identifier(it['id'])}]]"

        def answer(asked: Asked) -> Answer:
            if "environment-variables" in asked.path:
                return said({"data": {}})
            offset = int(asked.query.get("offset", 0))
            return said(
                {
                    "data": jobs[offset : offset + 100],
                    "extra": {
                        "filters": {"limit": 100, "offset": offset},
                        "pagination": {"total_count": len(jobs)},
                    },
                }
            )

        return answer


def identifier(number: int) -> str:
    """What a job is called in its file."""
    return f"job-{number}"


def job(number: int) -> dict[str, Any]:
    """A job as its file has it."""
    return {
        "account_id": 1,
        "project_id": 1,
        "environment_id": 1,
        "name": f"Job {number}",
        "settings": {"threads": 4, "target_name": "production"},
        "run_generate_sources": True,
        "execute_steps": [f"dbt build --select tag:t{number}", "dbt test"],
        "generate_docs": False,
        "schedule": {"cron": "0 */2 * * *"},
        "triggers": {"github_webhook": False, "git_provider_webhook": False,
                     "schedule": True, "on_merge": False},
        "description": "",
        "state": 1,
    }  # fmt: skip


@dataclass(frozen=True)
class Members:
    """A group of GitLab with so many members, in pages of at most 100 as it gives them."""

    count: int

    def opened(self) -> App:
        return _GitLab(self.count).answer


_ROUTES: Sequence[tuple[str, str]] = (
    (r"version|metadata", "version"),
    (r"user", "me"),
    (r"users", "user"),
    (r"groups/bench", "group"),
    (r"groups/1|groups", "group"),
    (r"groups/[^/]+/members/([0-9]+)", "member"),
    (r"groups/[^/]+/members", "members"),
    (r"groups/[^/]+/(?:projects|descendant_groups)", "none"),
)


class _GitLab:
    def __init__(self, count: int) -> None:
        self._members = [
            {"id": number, "username": username(number), "name": username(number),
             "state": "active", "access_level": 30, "expires_at": None}
            for number in range(1, count + 1)
        ]  # fmt: skip
        self._by_name = {str(it["username"]): it for it in self._members}

    def answer(self, asked: Asked) -> Answer:
        path = asked.path.removeprefix("/api/v4/").rstrip("/")
        for pattern, name in _ROUTES:
            if found := re.fullmatch(pattern, path):
                answer: Callable[[Asked, re.Match[str]], Answer] = getattr(self, name)
                return answer(asked, found)
        return MISSING

    def version(self, _asked: Asked, _found: re.Match[str]) -> Answer:
        return said({"version": "17.5.0", "revision": "bench", "enterprise": False})

    def me(self, _asked: Asked, _found: re.Match[str]) -> Answer:
        return said({"id": 0, "username": "root", "is_admin": True})

    def user(self, asked: Asked, _found: re.Match[str]) -> Answer:
        return said([self._by_name[asked.query["username"]]])

    def group(self, asked: Asked, _found: re.Match[str]) -> Answer:
        group = {"id": 1, "path": "bench", "full_path": "bench", "name": "bench",
                 "shared_with_groups": [], "marked_for_deletion_on": None}  # fmt: skip
        return said([group] if asked.path.endswith("/groups") else group)

    def member(self, _asked: Asked, found: re.Match[str]) -> Answer:
        return said(self._members[int(found[1]) - 1])

    def members(self, asked: Asked, _found: re.Match[str]) -> Answer:
        size = min(100, int(asked.query.get("per_page", 20)))
        page, pages = int(asked.query.get("page", 1)), -(-len(self._members) // size)
        body = json.dumps(self._members[(page - 1) * size : page * size]).encode()
        more = str(page + 1) if page < pages else ""
        headers = {"X-Next-Page": more, "X-Page": str(page), "X-Per-Page": str(size),
                   "X-Total": str(len(self._members)), "X-Total-Pages": str(pages)}  # fmt: skip
        if more:
            link = f"http://{asked.headers['host']}{asked.path}?page={more}&per_page={size}"
            headers["Link"] = f'<{link}>; rel="next"'
        return Answer(200, body, headers)

    def none(self, _asked: Asked, _found: re.Match[str]) -> Answer:
        return said([])


def username(number: int) -> str:
    """What a member of the group is called."""
    return f"user{number}"
