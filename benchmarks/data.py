"""The data of the benchmarks: the same for the same size, on every machine."""

from __future__ import annotations

import random
from pathlib import Path

from benchmarks.customers import address_of

SEED = 7
LISTS = tuple(f"list-{number}" for number in range(20))
URL_VARIABLE = "BENCH_URL"
"""Where a project looks for the address of its shop."""

PROJECT = """version: 1
environments:
  bench: {url: "${BENCH_URL:-http://127.0.0.1:9}", channel: 1}
"""
GUARDS = """guards: {max_update_share: 100%, max_display_changes: 100000}
"""

ATTRIBUTES = """attributes:
  email: {type: email, nullable: false}
  is_active: {type: boolean, nullable: false}
  gender: {type: enum, values: [female, male]}
  city: {type: string, path: attributes.city}
"""

SETTING = """name: Setting {number}
slug: setting-{number}
priority: {number}
rule:
  match:
    - email: {{domain_under: [{domains}]}}
    - is_active: true
    - any:
        - city: {{in: [İstanbul, Bursa, Kocaeli, Town {number}]}}
        - gender: female
  except:
    - email: {{domain_is: [alumni{number}.example.org]}}
    - city: {{in: [Ankara], missing: keep}}
display:
  price_list: list-{list}
"""


def write_project(project: Path, attributes: str = ATTRIBUTES) -> None:
    """A project without groups and settings, whose guards let much pass."""
    project.mkdir(parents=True)
    (project / "cg-sync.yaml").write_text(PROJECT + GUARDS, encoding="utf-8")
    (project / "attributes.yaml").write_text(attributes, encoding="utf-8")


def write_settings(project: Path, count: int, seed: int = SEED) -> None:
    """A project with `count` settings of middling size."""
    generator = random.Random(seed)
    write_project(project)
    (project / "settings").mkdir()
    for number in range(count):
        domains = ", ".join(f"d{generator.randrange(10_000)}.example.com" for _ in range(5))
        text = SETTING.format(number=number, domains=domains, list=generator.randrange(20))
        path = project / "settings" / f"setting-{number}.yaml"
        path.write_text(text, encoding="utf-8")


RULE_TESTS = """version: 1
tests:
  - name: every combination
    matrix:
      email: [test@d1.example.com, test@alumni1.example.org, test@example.net, ""]
      is_active: [true, false]
      gender: [female, male, null]
      city: [{cities}]
    expect: {{wins: DEFAULT}}
"""


def write_rule_tests(project: Path, cases: int, seed: int = SEED) -> int:
    """Six settings with rule tests of about so many cases; how many there are. All fail or pass as
    they will: what counts is that all six settings are looked at.
    """
    write_settings(project, 6, seed)
    cities = [f"Town {number}" for number in range(max(1, cases // 24))]
    (project / "rule-tests").mkdir()
    text = RULE_TESTS.format(cities=", ".join(cities))
    (project / "rule-tests" / "matrix.yaml").write_text(text, encoding="utf-8")
    return 24 * len(cities)


ANALYSED = """attributes:
  email: {type: email, nullable: false}
  email_verified: {type: boolean}
  is_active: {type: boolean, nullable: false}
  channel: {type: enum, values: [web, app, instore, marketplace], nullable: false}
  city: {type: string}
  order_count: {type: integer, nullable: false}
  lifetime_value: {type: decimal}
  last_order_at: {type: date}
  birthdate: {type: date}
  tags: {type: list}
  groups: {type: list, path: "@static_groups"}
"""

CITIES = ("Bursa", "İstanbul", "Kocaeli", "Ankara", "İzmir", "Adana", "Konya", "Mersin")
CHANNELS = ("web", "app", "instore", "marketplace")


def _line(generator: random.Random) -> str:
    """One condition, as an author would write it."""
    some = generator.randrange
    domains = ", ".join(f"d{some(40)}.example.com" for _ in range(3))
    return generator.choice(
        [
            f"email: {{domain_under: [{domains}]}}",
            "email_verified: {eq: true, missing: drop}",
            "is_active: true",
            f"channel: {{in: [{', '.join(generator.sample(CHANNELS, 2))}]}}",
            f"city: {{in: [{', '.join(generator.sample(CITIES, 3))}], missing: drop}}",
            f"order_count: {{gte: {some(1, 30)}}}",
            f"lifetime_value: {{between: [{some(500)}, {some(500, 90_000)}], missing: drop}}",
            f"last_order_at: {{within_last: {some(1, 24)}m, missing: drop}}",
            f"birthdate: {{anniversary: {{within_next: {some(1, 30)}d}}, missing: drop}}",
            f"groups: {{has_any: [g{some(6)}, h{some(6)}]}}",
            f"tags: {{has_any: [t{some(6)}]}}",
        ]
    )


def write_analysed(project: Path, count: int, seed: int = SEED) -> None:
    """A project with `count` settings whose rules use all of the language and often overlap."""
    generator = random.Random(seed)
    write_project(project, ANALYSED)
    (project / "settings").mkdir()
    for number in range(count):
        lines = [
            f"name: S {number}",
            f"slug: s{number}",
            f"priority: {number}",
            "rule:",
            "  match:",
        ]
        lines += [f"    - {_line(generator)}" for _ in range(generator.randrange(1, 4))]
        if generator.random() < 0.6:
            lines.append("    - any:")
            for _ in range(generator.randrange(2, 4)):
                pair = [f"            - {_line(generator)}" for _ in range(2)]
                plain = [f"        - {_line(generator)}"]
                lines += ["        - all:", *pair] if generator.random() < 0.4 else plain
        if generator.random() < 0.5:
            lines += ["  except:", f"    - {_line(generator)}"]
        text = "\n".join((*lines, f"display: {{price_list: p{generator.randrange(20)}}}", ""))
        (project / "settings" / f"s{number}.yaml").write_text(text, encoding="utf-8")


def write_member_file(path: Path, count: int, seed: int = SEED) -> None:
    """A list of the first `count` customers by their addresses, one a line, in no order."""
    numbers = list(range(count))
    random.Random(seed).shuffle(numbers)
    path.write_text("".join(f"{address_of(it)}\n" for it in numbers), encoding="utf-8")


GROUP = """name: Everybody
members:
  mode: exact
  files: [../members/list.txt]
"""


def write_group(project: Path, members: int, seed: int = SEED) -> None:
    """A project with one group, whose members are in a list of addresses."""
    write_project(project)
    for folder in ("groups", "members"):
        (project / folder).mkdir()
    (project / "groups" / "everybody.yaml").write_text(GROUP, encoding="utf-8")
    write_member_file(project / "members" / "list.txt", members, seed)
