"""One comment for each environment, over HTTP against a make-believe GitHub and GitLab."""

from __future__ import annotations

import re

import pytest

from cg_sync.errors import Unreachable, UsageWrong
from cg_sync.forge.github import GitHubThread
from cg_sync.forge.gitlab import GitLabThread
from cg_sync.forge.sticky import Deed, post_sticky
from tests.unit.forge.conftest import Waits
from tests.unit.forge.fake import BOT, GITHUB_COMMENTS, GITLAB_NOTES, ME, FakeForge, Fault

STRANGER = "mallory"


def identify(text: str) -> str:
    """As the report does: all of the first line but the digest."""
    found = re.match(r"<!-- cg-sync (environment=\S+ channel=\d+) digest=\w+ -->", text)
    return found[1] if found else ""


def report(text: str = "1 to update", *, environment: str = "production", channel: int = 5) -> str:
    return f"<!-- cg-sync environment={environment} channel={channel} digest=ab12 -->\n{text}\n"


@pytest.fixture(params=["github", "gitlab"])
def thread(request: pytest.FixtureRequest) -> GitHubThread | GitLabThread:
    made = request.getfixturevalue(request.param)
    assert isinstance(made, GitHubThread | GitLabThread)
    return made


Threads = GitHubThread | GitLabThread


def test_the_first_report_becomes_a_new_comment(fake: FakeForge, thread: Threads) -> None:
    fake.add("Looks good to me", author=STRANGER)
    posted = post_sticky(thread, report(), identify)
    assert posted.deed is Deed.CREATED
    assert fake.body_of(posted.comment.number) == report()
    assert [it["body"] for it in fake.comments] == ["Looks good to me", report()]


def test_the_address_of_the_comment_is_told(fake: FakeForge, github: GitHubThread) -> None:
    posted = post_sticky(github, report(), identify)
    assert posted.comment.url == "https://github.example/acme/shop/pull/7#issuecomment-1000"


def test_the_address_of_a_note_is_that_of_its_merge_request(gitlab: GitLabThread) -> None:
    posted = post_sticky(gitlab, report(), identify)
    assert posted.comment.url == "https://gitlab.example/acme/shop/-/merge_requests/7#note_1000"


def test_the_next_report_updates_the_comment_in_place(fake: FakeForge, thread: Threads) -> None:
    number = fake.add(report("old"))
    posted = post_sticky(thread, report("new"), identify)
    assert (posted.deed, posted.comment.number) == (Deed.UPDATED, number)
    assert fake.body_of(number) == report("new")
    assert len(fake.comments) == 1


@pytest.mark.parametrize("kept", [report(), report().strip(), report().replace("\n", "\r\n")])
def test_the_same_report_writes_nothing(fake: FakeForge, thread: Threads, kept: str) -> None:
    fake.add(kept)
    assert post_sticky(thread, report(), identify).deed is Deed.UNCHANGED
    assert fake.writes == []


@pytest.mark.parametrize(
    "other", [report(environment="staging"), report(channel=50), "text\n" + report()]
)
def test_each_environment_and_channel_has_a_comment_of_its_own(
    fake: FakeForge, thread: Threads, other: str
) -> None:
    number = fake.add(other)
    assert post_sticky(thread, report(), identify).deed is Deed.CREATED
    assert fake.body_of(number) == other


def test_the_comment_is_found_on_page_three(fake: FakeForge, thread: Threads) -> None:
    for _ in range(250):
        fake.add("chatter", author=STRANGER)
    number = fake.add(report("old"))
    posted = post_sticky(thread, report(), identify)
    assert (posted.deed, posted.comment.number) == (Deed.UPDATED, number)
    listings = [it for it in fake.calls("GET") if it in (GITHUB_COMMENTS, GITLAB_NOTES)]
    assert len(listings) == 3


def test_pages_are_read_to_the_end_when_a_proxy_takes_the_links_away(
    fake: FakeForge, github: GitHubThread
) -> None:
    fake.has_links = False
    for _ in range(200):
        fake.add("chatter", author=STRANGER)
    number = fake.add(report("old"))
    assert post_sticky(github, report(), identify).comment.number == number


def test_a_comment_that_a_stranger_planted_is_left_alone(fake: FakeForge, thread: Threads) -> None:
    planted = fake.add(report("trust me"), author=STRANGER)
    posted = post_sticky(thread, report(), identify)
    assert posted.deed is Deed.CREATED
    assert fake.body_of(planted) == report("trust me")
    again = post_sticky(thread, report("newer"), identify)
    assert (again.deed, again.comment.number) == (Deed.UPDATED, posted.comment.number)


def test_a_deleted_account_is_nobody(fake: FakeForge, thread: Threads) -> None:
    fake.add(report("old"), author="")
    assert post_sticky(thread, report(), identify).deed is Deed.CREATED


def test_a_workflow_writes_as_the_bot_of_actions(fake: FakeForge, github: GitHubThread) -> None:
    fake.user = None
    fake.add(report("planted"), author=STRANGER)
    number = fake.add(report("old"), author=BOT)
    assert post_sticky(github, report(), identify).comment.number == number


def test_an_app_of_ones_own_is_named(fake: FakeForge, github: GitHubThread) -> None:
    fake.user = "Deploy-App[bot]"
    number = fake.add(report("old"), author="Deploy-App[bot]")
    named = GitHubThread(github._client, "acme/shop", 7, author="deploy-app[bot]")
    assert post_sticky(named, report(), identify).comment.number == number
    assert "/user" not in fake.calls("GET")


def test_who_we_are_is_not_asked_while_nothing_looks_like_ours(
    fake: FakeForge, github: GitHubThread
) -> None:
    fake.add("chatter", author=STRANGER)
    post_sticky(github, report(), identify)
    assert "/user" not in fake.calls("GET")


def test_a_system_note_is_no_comment(fake: FakeForge, gitlab: GitLabThread) -> None:
    fake.add(report("old"), system=True)
    assert post_sticky(gitlab, report(), identify).deed is Deed.CREATED


def test_of_several_the_newest_is_kept_and_the_others_point_to_it(
    fake: FakeForge, thread: Threads
) -> None:
    old, older = fake.add(report("a")), fake.add(report("b"))
    newest = fake.add(report("c"))
    posted = post_sticky(thread, report("d"), identify)
    assert (posted.comment.number, posted.replaced) == (newest, 2)
    assert fake.body_of(newest) == report("d")
    for number in (old, older):
        assert fake.body_of(number).startswith("Outdated: ")
        assert posted.comment.url in fake.body_of(number)
    assert post_sticky(thread, report("e"), identify).replaced == 0


def test_a_lost_answer_does_not_make_two_comments(
    fake: FakeForge, thread: Threads, waits: Waits
) -> None:
    fake.faults = [Fault("POST", late=True)]
    posted = post_sticky(thread, report(), identify)
    assert posted.deed is Deed.CREATED
    assert [it["body"] for it in fake.comments] == [report()]
    assert len(fake.calls("POST")) == 1
    assert len(waits.slept) == 1


@pytest.mark.parametrize("fault", [Fault("POST"), Fault("POST", 502), Fault("POST", 500)])
def test_a_comment_that_was_not_posted_is_posted_again(
    fake: FakeForge, thread: Threads, fault: Fault
) -> None:
    fake.faults = [fault]
    assert post_sticky(thread, report(), identify).deed is Deed.CREATED
    assert [it["body"] for it in fake.comments] == [report()]


def test_posting_ends_after_three_times(fake: FakeForge, thread: Threads) -> None:
    fake.faults = [Fault("POST", 503)] * 9
    with pytest.raises(Unreachable):
        post_sticky(thread, report(), identify)
    assert len(fake.calls("POST")) == 3


def test_a_text_that_is_no_report_is_refused(fake: FakeForge, thread: Threads) -> None:
    with pytest.raises(UsageWrong, match="does not begin as a report"):
        post_sticky(thread, "# Hello\n", identify)
    assert fake.asked == []


def test_a_report_that_is_too_long_is_refused_before_anything_is_asked(
    fake: FakeForge, github: GitHubThread
) -> None:
    longest = report("x" * (65_536 - len(report(""))))
    with pytest.raises(UsageWrong, match=r"65,537 characters.*65,536"):
        post_sticky(github, longest + "x", identify)
    assert fake.asked == []
    assert len(longest) == 65_536
    assert post_sticky(github, longest, identify).deed is Deed.CREATED


def test_length_is_counted_in_characters_not_in_bytes(
    fake: FakeForge, github: GitHubThread
) -> None:
    assert post_sticky(github, report("ş" * 60_000), identify).deed is Deed.CREATED


HOSTILE = 'a "quoted" \\ text\t\x00\u202e @team </details> --> {{ $x }}\n::error::x\n'


def test_a_hostile_report_arrives_as_it_is(fake: FakeForge, thread: Threads) -> None:
    posted = post_sticky(thread, report(HOSTILE), identify)
    assert fake.body_of(posted.comment.number) == report(HOSTILE)


def test_no_line_of_a_note_is_an_order_to_gitlab(fake: FakeForge, gitlab: GitLabThread) -> None:
    hostile = report("/merge\n  /approve\n/assign @mallory\na/b\n// no\n")
    posted = post_sticky(gitlab, hostile, identify)
    written = fake.body_of(posted.comment.number)
    assert written == report("\\/merge\n  \\/approve\n\\/assign @mallory\na/b\n// no\n")
    assert post_sticky(gitlab, hostile, identify).deed is Deed.UNCHANGED


def test_what_is_made_inert_stays_as_it_is(gitlab: GitLabThread) -> None:
    once = gitlab.inert("/close\n")
    assert gitlab.inert(once) == once == "\\/close\n"


def test_the_token_is_ours(fake: FakeForge, thread: Threads) -> None:
    fake.user = ME
    post_sticky(thread, report(), identify)
    assert all("ghs_s3cret-marker" in str(it.headers) for it in fake.asked)
