"""A provider for octoDNS whose records are at a server of the benchmarks; runs inside octoDNS.

It does the least that a provider can: pages of 1,000, one connection, one call for each change.
"""

# octoDNS is installed in an environment of its own, so that nothing is known of it here.
# mypy: ignore-errors

import json
import logging

import requests
from octodns.provider.base import BaseProvider
from octodns.record import Record


class ShopProvider(BaseProvider):
    """Reads and changes A records."""

    SUPPORTS_GEO = False
    SUPPORTS_DYNAMIC = False
    SUPPORTS_ROOT_NS = False
    SUPPORTS = frozenset({"A"})

    def __init__(self, id, url, *args, **kwargs):
        self.log = logging.getLogger(f"ShopProvider[{id}]")
        super().__init__(id, *args, **kwargs)
        self._url = url
        self._session = requests.Session()
        self._pks = {}

    def populate(self, zone, target=False, lenient=False):
        target = f"{self._url}/records/?page=1"
        while target:
            page = self._session.get(target).json()
            for it in page["results"]:
                self._pks[it["name"]] = it["pk"]
                data = {"type": "A", "ttl": it["ttl"], "values": it["values"]}
                record = Record.new(zone, it["name"], data, source=self, lenient=lenient)
                zone.add_record(record, lenient=lenient)
            target = page["next"]
        return True

    def _apply(self, plan):
        for change in plan.changes:
            record = change.new
            body = {"name": record.name, "ttl": record.ttl, "values": record.values}
            target = f"{self._url}/records/{self._pks[record.name]}/"
            self._session.patch(target, data=json.dumps(body)).raise_for_status()
