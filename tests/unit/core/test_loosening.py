"""What files of single resources say about guards."""

from __future__ import annotations

from dataclasses import replace

from cg_sync.core.limits import Bounds, Loosened
from cg_sync.core.loosening import read_loosened
from cg_sync.core.state import Tombstone, Wanted
from cg_sync.jsonvalue import JsonObject, mapping_in
from tests.builders import a_document, a_group, a_setting, a_tombstone, wanting


def saying(resource: Wanted, guards: JsonObject) -> Wanted:
    content = {**mapping_in(resource.document.content), "guards": guards}
    return replace(resource, document=a_document(content, file=resource.document.file))


def buried(resource: Wanted, guards: JsonObject) -> Tombstone:
    tombstone = a_tombstone(resource)
    content = {**mapping_in(tombstone.document.content), "guards": guards}
    return replace(tombstone, document=a_document(content, file=resource.document.file))


VIP = saying(a_group("VIP"), {"max_member_removal_share": "90%", "may_be_emptied": True})
OLD = buried(a_group("Old"), {"max_member_removal_share": 1})
SPRING = saying(a_setting("spring"), {"may_change_display": True})


def test_files_speak_for_their_own_resource_tombstones_too() -> None:
    found, problems = read_loosened(wanting(VIP, OLD, SPRING, a_group("B")), Bounds())
    assert problems == ()
    assert found == {
        VIP.address: Loosened(max_member_removal_share=0.9, may_be_emptied=True),
        OLD.address: Loosened(max_member_removal_share=1),
        SPRING.address: Loosened(may_change_display=True),
    }


def test_a_file_that_is_looser_than_the_policy_is_wrong_where_it_says_so() -> None:
    bounds = Bounds(max_member_removal_share=0.5, empty=True, max_display_changes=0)
    _, problems = read_loosened(wanting(VIP, OLD, SPRING), bounds)
    assert [(str(it.where), it.code, it.message) for it in problems] == [
        (
            "groups/vip.yaml:3:9",
            "CG-F30",
            "guards.max_member_removal_share: 90% is looser than "
            "policy.guards.max_member_removal_share, 50%, in cg-sync.yaml",
        ),
        (
            "groups/vip.yaml:4:9",
            "CG-F30",
            "guards.may_be_emptied: true is looser than policy.guards.empty, true, in cg-sync.yaml",
        ),
        (
            "groups/old.yaml:4:9",
            "CG-F30",
            "guards.max_member_removal_share: 100% is looser than "
            "policy.guards.max_member_removal_share, 50%, in cg-sync.yaml",
        ),
    ]


def test_what_is_as_strict_as_the_policy_is_fine() -> None:
    bounds = Bounds(max_member_removal_share=0.9, empty=False)
    assert read_loosened(wanting(VIP), bounds)[1] == ()
