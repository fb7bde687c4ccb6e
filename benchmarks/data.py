"""The data of the benchmarks: the same for the same size, on every machine."""

from __future__ import annotations

import random
from pathlib import Path

SEED = 7

PROJECT = """version: 1
environments:
  bench: {url: "http://127.0.0.1:9", channel: 1}
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


def write_settings(project: Path, count: int) -> None:
    """A project with `count` settings of middling size."""
    generator = random.Random(SEED)
    (project / "settings").mkdir(parents=True)
    (project / "cg-sync.yaml").write_text(PROJECT, encoding="utf-8")
    (project / "attributes.yaml").write_text(ATTRIBUTES, encoding="utf-8")
    for number in range(count):
        domains = ", ".join(f"d{generator.randrange(10_000)}.example.com" for _ in range(5))
        text = SETTING.format(number=number, domains=domains, list=generator.randrange(20))
        path = project / "settings" / f"setting-{number}.yaml"
        path.write_text(text, encoding="utf-8")


def write_member_file(path: Path, count: int) -> None:
    """A list of `count` e-mail addresses, one a line, in no order."""
    numbers = list(range(count))
    random.Random(SEED).shuffle(numbers)
    lines = (f"Customer.{number}@mail{number % 50}.example.com\n" for number in numbers)
    path.write_text("".join(lines), encoding="utf-8")
