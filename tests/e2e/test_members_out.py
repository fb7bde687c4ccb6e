"""`--members-out`: every member who moves, in a file beside the plan."""

from __future__ import annotations

import re
import stat

from tests.conftest import Project
from tests.e2e.test_main_job import VIP


def test_everybody_who_moves_is_in_a_file_of_its_owner_s(shop_project: Project) -> None:
    shop_project.write("groups/vip.yaml", VIP)
    ran = shop_project.run("plan", "-o", "plan.json", "--members-out", "moves.csv")
    assert ran.code == 0, ran.err
    path = shop_project.root / "moves.csv"
    header, *rows = path.read_text().splitlines()
    assert header == "kind,key,action,pk"
    assert len(rows) == 2
    assert all(re.fullmatch("customer_group,VIP,add,[0-9]+", row) for row in rows)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "moves.csv" in ran.err

    ran = shop_project.run("show", "plan.json", "--members-out", "shown.csv")
    assert ran.code == 0, ran.err
    assert (shop_project.root / "shown.csv").read_bytes() == path.read_bytes()


def test_a_folder_that_is_not_there_is_told_before_the_shop_is_asked(project: Project) -> None:
    ran = project.run("plan", "--members-out", "none/moves.csv")
    assert ran.code == 64
    assert "--members-out none/moves.csv: no such folder" in ran.err


def test_a_plan_and_who_moves_are_two_files(project: Project) -> None:
    ran = project.run("plan", "-o", "plan.json", "--members-out", "./plan.json")
    assert ran.code == 64
    assert "name two" in ran.err
