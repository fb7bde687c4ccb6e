"""Every finding code there is, with what it means and what to do about it; `docs/codes.md` is held
to this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """`title` names the finding in a few words; `advice` says what it means and what to do."""

    title: str
    advice: str


CODES: Mapping[str, Code] = {
    # --- files
    "CG-F01": Code(
        "file cannot be read",
        "The file is missing, too large, not UTF-8 or binary. Check the path; save it as "
        "UTF-8 text.",
    ),
    "CG-F02": Code(
        "not YAML",
        "The YAML parser stopped here. Indent with spaces, quote texts that hold `: ` or ` "
        "#`, close what was opened.",
    ),
    "CG-F03": Code(
        "key written twice",
        "YAML would silently keep the last one. Keep one of the two.",
    ),
    "CG-F04": Code(
        "YAML feature that is not used here",
        "Anchors, aliases, tags, several documents in a file and very deep nesting are "
        "refused, so that a file means what it seems to say. Write the value out.",
    ),
    "CG-F05": Code(
        "no such field",
        "The schema does not know this field here. Look for a typing error; `cg-sync schema "
        "KIND` prints what is allowed.",
    ),
    "CG-F06": Code(
        "value not allowed",
        "A value is missing, of the wrong type, or outside its range. `cg-sync schema KIND` "
        "prints what is allowed.",
    ),
    "CG-F07": Code(
        "two files for one thing",
        "A name (of groups) or slug (of settings) must be unique, also when upper and lower "
        "case are taken as one. Rename or remove one of the two.",
    ),
    "CG-F08": Code(
        "path leaves the project",
        "Paths in `files:` are relative to their file and must stay inside the project, also "
        "through symbolic links.",
    ),
    "CG-F09": Code(
        "member list cannot be understood",
        "A text file has one e-mail address a line; a CSV file has a header that names email,"
        " pk, erp_code or phone_number.",
    ),
    "CG-F10": Code(
        "customer listed twice",
        "The same customer stands in the list more than once, perhaps in other case or with "
        "spaces. Remove one.",
    ),
    "CG-F11": Code(
        "no such value list",
        "`{list: NAME}` names a file lists/NAME.yaml, and there is none.",
    ),
    "CG-F12": Code(
        "priority used twice",
        "Two active settings have the same priority, so nobody could say which wins. Lower "
        "wins; give each its own.",
    ),
    "CG-F13": Code(
        "renames contradict each other",
        "A former name can lead to one resource only, and a resource cannot be renamed from "
        "its own name.",
    ),
    "CG-F14": Code(
        "file and slug differ",
        "A setting's file is named after its slug, so that people find it. Rename the file, "
        "or mend the slug.",
    ),
    "CG-F15": Code(
        "file would be ignored",
        "Only *.yaml files directly in the folder are read. Rename or move it, so that nobody "
        "thinks it counts. Other YAML is an error, any other file a warning.",
    ),
    "CG-F16": Code(
        "environment variable not set, or a secret",
        "`${NAME}` takes its value from the environment. Set it, or write `${NAME:-default}`. A "
        "variable whose name is that of a secret is not filled in: plans would show it.",
    ),
    "CG-F17": Code(
        "no project here",
        "cg-sync.yaml is what makes a folder a project. Go to the right folder, name it with "
        "--project, or run `cg-sync init`.",
    ),
    "CG-F18": Code(
        "dates the wrong way round",
        "`ends_at` must come after `starts_at`.",
    ),
    "CG-F19": Code(
        "file cannot be written",
        "The file system said no, or somebody changed the file after it was read; it is left as "
        "it was. Check the folder, its permissions and the space on the disk, or run it again.",
    ),
    "CG-F21": Code(
        "no such attribute",
        "Rules may use the attributes that attributes.yaml declares. Mend the name, or "
        "declare the attribute.",
    ),
    "CG-F22": Code(
        "operator does not fit the attribute",
        "Each type of attribute has its own operators; docs/rules.md lists them.",
    ),
    "CG-F23": Code(
        "operand does not fit the operator",
        "The value beside the operator has the wrong type or shape; docs/rules.md lists what "
        "each takes.",
    ),
    "CG-F24": Code(
        "condition has the wrong shape",
        "A condition is a mapping with exactly one key: all, any, none, use, or an attribute.",
    ),
    "CG-F25": Code(
        "schema is stale",
        "A file in schemas/ is not what cg-sync would write there now: attributes, value lists or "
        "shared conditions have changed, or cg-sync itself. Run `cg-sync schema --write`.",
    ),
    "CG-F26": Code(
        "rule test that cannot be run",
        "It names a setting, customer, line or group that is not there, expects what no case can "
        "show, or has too many cases. Mend what the message names.",
    ),
    "CG-F27": Code(
        "rule test without a time",
        "A test never looks at the clock. Where an expectation hangs on the time, write `now:` "
        "at the top of the file or in the test.",
    ),
    "CG-F28": Code(
        "allowance that allows nothing",
        "`# cg: allow CODE because …` names findings that an author may allow, says why, and "
        "stands at the end of the line of the finding or right above it. Mend it, or remove it.",
    ),
    "CG-F29": Code(
        "no such setting",
        "Invariants and `overlaps:` name settings by their slug, and no file describes this one, "
        "or it is the setting itself. Mend the slug, or remove what names it.",
    ),
    "CG-F30": Code(
        "looser than the policy",
        "`policy:` in cg-sync.yaml bounds how loose guards may be, there, in the policy of an "
        "environment and in the files of groups and settings. Write a stricter value, or change "
        "the policy with those who keep it.",
    ),
    # --- missing values
    "CG-N01": Code(
        "say what happens to customers without a value",
        "A negated line on an attribute that may be missing must say `missing: keep` "
        "(customers without a value stay in) or `missing: drop` (they stay out).",
    ),
    "CG-N02": Code(
        "upper bound leaves out customers without a value",
        "Who never ordered did not order long ago, and has not spent less than an amount. Say "
        "`missing: keep` if customers without a value are meant too, `missing: drop` if not.",
    ),
    # --- shared conditions
    "CG-C01": Code(
        "no such shared condition, or a circle",
        "`use: NAME` names a file conditions/NAME.yaml. There is none, or it leads back to itself.",
    ),
    "CG-C02": Code(
        "shared condition is used both ways",
        "It says `missing:`, which speaks for or against whoever uses it, and is used both "
        "plainly and under `none` or `except`. Make it two conditions, or write it out.",
    ),
    # --- e-mail
    "CG-E01": Code(
        "not a domain name",
        "Write the domain alone: no `@`, no leading dot, no `*`.",
    ),
    "CG-E02": Code(
        "public suffix as an e-mail domain",
        "Anybody can register a name below a public suffix such as com.tr. Name the domains that "
        "are meant. Suffixes for schools and authorities, such as edu.tr, are passed over.",
    ),
    "CG-E03": Code(
        "domain that looks like another",
        "A label mixes alphabets, or is all of letters that look Latin and are not. Write the "
        "domain anew, letter by letter.",
    ),
    "CG-E04": Code(
        "e-mail domain counts without proof",
        "Anybody can type in an address of that domain. Ask too that the address is verified; "
        "`verifies:` in attributes.yaml says which attribute tells.",
    ),
    # --- patterns
    "CG-R01": Code(
        "pattern cannot be used",
        "Patterns are RE2, which knows no look-around and no back-references, and need the "
        "package google-re2: pip install 'cg-sync[re2]'.",
    ),
    "CG-R02": Code(
        "pattern is too long",
        "A pattern has at most 256 letters. Use `in`, `starts_with` or a value list.",
    ),
    "CG-R03": Code(
        "pattern has a letter that never matches",
        "Texts are folded before they are compared: lower case, and i for every Turkish i. "
        "Write the pattern in folded letters.",
    ),
    "CG-R04": Code(
        "pattern that is a list of texts",
        "It says no more than `in`, `starts_with`, `ends_with` or `contains`, which are easier to "
        "read and to analyse.",
    ),
    # --- time
    "CG-T01": Code(
        "membership changes with time",
        "The rule counts from today, so customers come and go without any change of a file.",
    ),
    "CG-T02": Code(
        "day has passed",
        "A value list should have been looked at by now, or a setting that has ended is still "
        "active. Review the list and move `review_by`; set `active: false`, or delete the setting.",
    ),
    # --- personal data
    "CG-S01": Code(
        "e-mail address in git",
        "cg-sync.yaml forbids it (`privacy: {emails_in_git: forbid}`). Name the customer by pk, "
        "ERP code or phone number; what was committed stays in the history of the repository.",
    ),
    "CG-S02": Code(
        "address in a rule test that may be somebody's",
        "Rule tests are about invented people. School domains cannot be reserved for tests, so "
        "the part before the `@` begins with `test` or `fixture`.",
    ),
    # --- dialect
    "CG-D01": Code(
        "operator refused by the dialect",
        "The project's dialect says that this shop cannot express the operator, and why. Say it "
        "with another one, or mend `dialect:` in cg-sync.yaml.",
    ),
    "CG-D02": Code(
        "attribute refused by the dialect",
        "The project's dialect says that the rules of this shop cannot use the attribute, and "
        "why. Do what it says, or mend `dialect:` in cg-sync.yaml.",
    ),
    # --- analysis
    "CG-A01": Code(
        "setting can select nobody",
        "The conditions named in the message exclude each other, whoever the customer is. "
        "None of them could be left out; change or remove one.",
    ),
    "CG-A02": Code(
        "setting selects everybody",
        "Whoever the customer is, the rule holds. If that is meant, `match: everyone` says "
        "so; if not, look for a negation or an `any` too many.",
    ),
    "CG-A03": Code(
        "condition changes nothing",
        "With or without this condition the rule selects the same customers, because of the "
        "conditions that the message names. Remove it, or mend what was meant.",
    ),
    "CG-A04": Code(
        "setting never wins",
        "Whoever the setting selects gets one that comes before it. Give it a lower priority "
        "number, narrow the others, or remove it.",
    ),
    "CG-A05": Code(
        "setting loses customers",
        "Settings that come before this one take some of its customers. Nothing needs to be "
        "done when that is meant.",
    ),
    "CG-A06": Code(
        "two settings with one rule",
        "Both rules select the same customers, however they are written, so the setting that "
        "comes first always wins. Remove one of the two, or write down what tells them apart.",
    ),
    "CG-A07": Code(
        "settings could be one",
        "Both grant the same, and no setting between them would be any different. One setting"
        " with both rules under `any:` says it once.",
    ),
    # --- overlaps
    "CG-P01": Code(
        "undeclared overlap",
        "A customer can be selected by both settings, and the one that comes first wins. If "
        "that is meant, declare it there with `overlaps:` and a reason; if not, keep the "
        "rules apart. With `resolution: exclusive` in cg-sync.yaml it is an error.",
    ),
    "CG-P02": Code(
        "declared overlap that is none",
        "What `overlaps:` says is not so: the other setting is not active, comes first "
        "itself, or shares no customer with this one.",
    ),
    # --- invariants
    "CG-I01": Code(
        "invariant does not hold",
        "There can be a customer for whom the invariant is broken; the finding shows one. "
        "Mend the rules, or the invariant.",
    ),
    # --- live state
    "CG-L01": Code(
        "listing incomplete",
        "The shop's listing changed or lost rows while it was read, twice. Nothing is planned"
        " from half a list; run again.",
    ),
    "CG-L02": Code(
        "live record cannot be read",
        "The shop holds a record that cg-sync does not understand. It is left alone.",
    ),
    "CG-L03": Code(
        "the shop holds it twice",
        "Two live records have the same name or slug, so it is unclear which one a file "
        "means. Remove one in the panel.",
    ),
    "CG-L04": Code(
        "customer unknown to the shop",
        "No customer of this channel has this key. The others are handled; this one is left "
        "out until it exists.",
    ),
    "CG-L05": Code(
        "no list with this code",
        "The code names a price or stock list that the shop does not have, or that has no "
        "code there.",
    ),
    "CG-L06": Code(
        "live name differs only by case",
        "The shop has this name in other letters. Write it as the shop does, or add "
        "`renamed_from:` with the shop's spelling.",
    ),
    "CG-L07": Code(
        "several customers have this key",
        "The key does not say which customer is meant. Name the customer by pk instead.",
    ),
    "CG-L08": Code(
        "now unmanaged",
        "A file was deleted, or describes something else now, and what it described stays in the "
        "shop. To delete that too, give it a file with `state: absent`.",
    ),
    "CG-L09": Code(
        "rule kept as raw",
        "The shop's rule uses something the rule language cannot express. It is kept as it is"
        " and not analysed.",
    ),
    "CG-L10": Code(
        "removals held back",
        "An ERP code or phone number of an exact list names nobody, and may be just another "
        "spelling of a member's. Nobody is removed from that group until it is mended.",
    ),
    "CG-L11": Code(
        "priority used by a setting without a file",
        "An active setting that only the shop knows has the same priority, so the shop decides "
        "which wins. Take another number, or import that setting.",
    ),
    "CG-L12": Code(
        "drift",
        "The shop holds something else than the files say, and nobody asked for that in the "
        "files. Apply puts back what they say; `cg-sync import --update` writes what the shop "
        "holds into them.",
    ),
    "CG-L13": Code(
        "a change that is easily missed",
        "The change means more than its line shows: who is let through without a value, whom "
        "another setting gains or loses. Nothing needs to be done when that is meant.",
    ),
    "CG-L14": Code(
        "customer not in the snapshot",
        "A plan from a snapshot knows customers by the groups they are in. This one is in none, so "
        "whether the shop has them is not known; the plan counts them as to be added.",
    ),
    "CG-L15": Code(
        "members not compared",
        "The snapshot does not hold what it takes to say who is in these groups. The plan says "
        "nothing about their members; a plan from the shop itself does.",
    ),
    "CG-L16": Code(
        "looks like a rename",
        "A resource is new, and one much like it goes away or is left without a file: that would "
        "leave its members, or its record, behind. Add its old name to `renamed_from:`, or write "
        "`not_a_rename: true` if it really is another.",
    ),
    "CG-L17": Code(
        "live change not written back",
        "`import --update` does not touch this resource: nobody but its authors can say what the "
        "file should be. Change the file by hand, or apply it.",
    ),
    "CG-L18": Code(
        "deleted, and still used",
        "Something refers to what this plan deletes: a rule asks about the group. In a file it is "
        "an error: take the name out there, or keep the group. In a record without a file it is a "
        "warning: nobody can say what the shop makes of a rule about a group that is gone.",
    ),
    # --- guards
    "CG-G01": Code(
        "too many deletes",
        "More than `guards.max_delete_share` of the shop's records of a kind would be "
        "deleted. If that is meant, allow it for this plan with `--allow "
        "max_delete_share@DIGEST@DATE`.",
    ),
    "CG-G02": Code(
        "too many members removed",
        "More than `guards.max_member_removal_share` of a group's members would be removed; "
        "deleting a group removes all of them. If that is meant, allow it for this plan with "
        "`--allow max_member_removal_share@DIGEST@DATE`, or write the group's own share into its "
        "file.",
    ),
    "CG-G03": Code(
        "nothing would be left",
        "A group would lose its last member, or the shop its last group or setting for want of a "
        "file. Is a list empty, or a folder missing? If it is meant, write `state: absent`, or "
        "`guards: {may_be_emptied: true}` into the group's file, or allow it for this plan with "
        "`--allow empty@DIGEST@DATE`.",
    ),
    "CG-G04": Code(
        "everything changes",
        "Fields of more than `guards.max_update_share` of the shop's records of a kind would "
        "change: a wrong branch, time zone or environment looks like that. If it is meant, allow "
        "it for this plan with `--allow max_update_share@DIGEST@DATE`.",
    ),
    "CG-G05": Code(
        "many settings change places",
        "More than `guards.max_priority_moves` active settings would take another place in the "
        "order of precedence, so that others win than before. New numbers in the old order are no "
        "moves. If it is meant, allow it for this plan with `--allow "
        "max_priority_moves@DIGEST@DATE`.",
    ),
    "CG-G06": Code(
        "many customers would see other prices or stock",
        "More than `guards.max_display_changes` settings would show another price or stock list, "
        "or be switched on, switched off or deleted. If it is meant, write `guards: "
        "{may_change_display: true}` into the files of those that may, or allow it for this plan "
        "with `--allow max_display_changes@DIGEST@DATE`.",
    ),
    "CG-G07": Code(
        "more calls than allowed",
        "Applying the plan takes more calls of the shop than `--max-calls` allows, reading and "
        "writing; nothing was written. Make the change smaller, or allow as many as it says.",
    ),
    "CG-G08": Code(
        "longer than the deadline",
        "By the pace that the shop has shown, the run would not be through before its "
        "`--deadline`, or that of the policy; nothing was written. Give it more time, raise "
        "`--parallel` where the shop sets no limit, or begin all the same with `--partial` and do "
        "the rest later with `cg-sync resume`.",
    ),
}
