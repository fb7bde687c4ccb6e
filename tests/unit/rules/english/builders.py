"""A project to speak of, and the six rules that docs/english.md and the golden files read out."""

from __future__ import annotations

from typing import Any

from cg_sync.files.yaml_reader import read_yaml
from cg_sync.rules.catalogue import make_catalogue
from cg_sync.rules.english.names import names_of
from cg_sync.rules.ir import Leaf, RawRule, Rule
from cg_sync.rules.parse import Vocabulary, parse_rule

ATTRIBUTES: dict[str, Any] = {
    "email": {"type": "email", "nullable": False},
    "email_verified": {"type": "boolean"},
    "is_active": {"type": "boolean", "nullable": False},
    "channel": {"type": "enum", "values": ["app", "instore", "web"], "nullable": False},
    "country": {"type": "string"},
    "city": {"type": "string"},
    "tax_no": {"type": "string"},
    "erp_code": {"type": "string"},
    "phone": {"type": "phone", "path": "phone_number"},
    "lifetime_value": {"type": "decimal"},
    "order_count": {"type": "integer", "nullable": False},
    "birthdate": {"type": "date"},
    "created_at": {"type": "date", "nullable": False},
    "last_order_at": {"type": "datetime"},
    "tags": {"type": "list"},
    "groups": {"type": "list", "path": "@static_groups"},
}
LISTS = {
    "academic-domains": ("edu.tr", "k12.tr"),
    "alumni-domains": ("mezun.boun.edu.tr", "alumni.sabanciuniv.edu.tr"),
    "staff-codes": tuple(f"S-{number}" for number in range(12)),
}
VOCABULARY = Vocabulary(make_catalogue({"attributes": ATTRIBUTES}, "Europe/Istanbul"), LISTS)
NAMES = names_of(VOCABULARY)


def a_rule(written: str, vocabulary: Vocabulary = VOCABULARY) -> Rule | RawRule:
    """The rule that the YAML below `rule:` means."""
    document, faults = read_yaml(written.encode(), file="settings/one.yaml")
    assert document is not None, faults
    rule, problems = parse_rule(document.content, vocabulary)
    assert rule is not None, problems
    return rule


def a_leaf(written: str) -> Leaf:
    """The one condition that the YAML of a condition means."""
    rule = a_rule(f"match: [{written}]")
    assert isinstance(rule, Rule)
    assert isinstance(rule.node, Leaf)
    return rule.node


STUDENTS = """
match:
  - email: {domain_under: {list: academic-domains}}
  - email_verified: true
  - is_active: true
except:
  - email: {domain_under: {list: alumni-domains}}
  - groups: {has_any: [employees]}
"""
WHOLESALE = """
match:
  - groups: {has_any: [wholesale-approved]}
  - tax_no: {present: true}
  - country: {in: [TR, CY, NO]}
  - any:
      - order_count: {gte: 3}
      - lifetime_value: {gte: 50000}
"""
VIP = """
match:
  - lifetime_value: {gte: 25000, why: the loyalty plan}
  - last_order_at: {within_last: 12m}
  - is_active: true
except:
  - groups: {has_any: [employees, wholesale-approved]}
"""
STAFF = """
match:
  any:
    - groups: {has_any: [employees]}
    - all:
        - email: {domain_is: [acme.example]}
        - email_verified: true
"""
BIRTHDAY = """
match:
  - birthdate: {anniversary: {within_next: 7d}}
  - order_count: {gte: 1}
  - created_at: {older_than: 30d}
"""
REGION = """
match:
  - channel: {in: [web, app]}
  - city: {in: [İstanbul, Kocaeli, Bursa]}
except:
  - country: {not_in: [TR], missing: keep}
  - tags: {has_any: [press]}
"""
DEEP = """
match:
  - is_active: true
  - any:
      - order_count: {gte: 3}
      - all:
          - country: {not_in: [TR, CY], missing: drop}
          - any:
              - tags: {has_all: [outlet, press]}
              - none:
                  - city: {contains: bul, missing: keep}
                  - tags: {size: 0}
except:
  - all:
      - city: {eq: Bursa, missing: drop}
      - groups: {has_none: [employees, VIP Customers]}
"""
EXAMPLES = {
    "student-discount": STUDENTS,
    "wholesale": WHOLESALE,
    "vip": VIP,
    "staff": STAFF,
    "birthday-week": BIRTHDAY,
    "region": REGION,
}
