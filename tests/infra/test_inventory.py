"""The one table of functions and queues: complete, consistent with the code, and used to its last word."""

import ast
import re
from collections.abc import Iterator

import pytest

from shared.cloud.secret_names import CALLBACK_KEY, SESSION_KEYS, customer_webhook, vendor_key, vendor_webhook
from shared.log import SEVERITY, Fact
from shared.pipeline.job.line import LINE, START_CLIP, START_PRESENTER, WATCH_CLIP, WATCH_PRESENTER
from shared.pipeline.job.timeouts import Timeouts
from shared.pipeline.job.vendors import VENDORS
from shared.pipeline.plan.plan import Kind
from shared.wiring import PART_OF
from tests.infra.inventory import ROOT, block, functions, indexes, table, terraform
from tests.infra.reach import parts

# A part of shared/parts/, and the words of which a function that is handed it must say at least one.
PARTS = {
    "belongings": {"documents"},
    "blobs": {"delete_files", "films_read", "films_write", "takes_read", "takes_write"},
    "closings": {"documents"},
    "deletions": {"documents"},
    "deliveries": {"documents"},
    "jobs": {"documents", "documents_read"},
    "lanes": {"documents", "documents_read"},
    "secrets": {
        "callback_key",
        "customer_webhook_secrets",
        "end_secrets",
        "footage_keys",
        "heygen_webhook_secrets",
        "old_versions",
        "presenter_keys",
        "session_keys",
        "tenant_secrets",
    },
    "tasks": {"delete_tasks", "enqueue", "enqueue_notify", "enqueue_watch", "look_up_tasks"},
    "tenants": {"documents"},
    "veo": {"footage"},
    "vendor_states": {"documents", "documents_read"},
}


class Reach(ast.NodeVisitor):
    """Collects what of `self` a piece of code names."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """Note self.<name>."""
        if isinstance(node.value, ast.Name) and node.value.id == "self":
            self.names.add(node.attr)
        self.generic_visit(node)


def wired(function: str) -> set[str]:
    """Return the parts that the wiring hands to a function, directly or through others."""
    members = parts()
    found: set[str] = set()
    wanted = [PART_OF.get(function, function)]
    while wanted:
        reach = Reach()
        reach.visit(members[wanted.pop()])
        wanted += [name for name in reach.names - found if name in members]
        found |= reach.names
    return found & set(PARTS)


def said() -> Iterator[tuple[str, str]]:
    """Yield every function with each word of its `uses`."""
    for name, row in functions().items():
        yield from ((name, word) for word in row["uses"])


def test_every_folder_is_a_row() -> None:
    """A function nobody listed would not be deployed; a row without a folder could not be."""
    folders = {path.parent.name for path in (ROOT / "functions").glob("*/main.py")}

    assert folders == set(functions())


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_may_do_what_its_parts_need(name: str) -> None:
    """For each part the wiring hands a function, its row says a right to use it; and no right without the part."""
    uses = set(functions()[name]["uses"])
    handed = wired(name)
    allowed = set().union(*(PARTS[part] for part in handed), {"sign_links"} if "blobs" in handed else set())

    assert set() == {part for part in handed if not PARTS[part] & uses}
    assert set() == uses - allowed


def test_every_word_opens_something_and_every_grant_has_its_word() -> None:
    """Terraform grants for exactly the words the table says: a mistyped one would be a right silently missing."""
    text = "\n".join(terraform().values())
    granted = set(re.findall(r"local\.users\.(\w+)", text))
    for words in re.findall(r"for word in (\[[^\]]+\])", text):
        granted |= set(ast.literal_eval(words))

    assert granted == {word for _, word in said()}


def test_rows_are_whole_and_in_order() -> None:
    """Each row says the same things; rows and words stand in alphabetical order."""
    kinds = {"caller", "carries", "concurrency", "cpu", "light", "max_instances", "memory", "timeout_seconds", "uses"}

    for name, row in functions().items():
        assert kinds | ({"bucket"} if row["caller"] == "events" else set()) == set(row), name
        assert sorted(set(row["uses"])) == row["uses"], name
        assert sorted(set(row["carries"])) == row["carries"], name
    for part in ("functions", "queues", "buckets"):
        assert sorted(table()[part]) == list(table()[part])


def test_a_shared_instance_has_a_whole_processor() -> None:
    """Below one processor Cloud Run admits one request at a time; four gibibytes need no second one."""
    for name, row in functions().items():
        assert int(row["cpu"]) >= 1, name
        assert int(re.sub(r"Gi$", "", row["memory"].replace("512Mi", "1Gi"))) <= 4 * int(row["cpu"]), name


def test_the_lines_queues_are_the_tables() -> None:
    """Every queue a step is wanted in exists, and none exists for nobody."""
    named = {step.queue for step in LINE if step.queue} | {row.queue for row in VENDORS.values()}
    assert named == set(table()["queues"])


def test_functions_end_before_their_tasks_are_given_up() -> None:
    """A function's time limit is the one its waits reckon with, and ends before its task's dispatch deadline."""
    timeouts = Timeouts()
    limits = {name: row["timeout_seconds"] for name, row in functions().items()}

    assert limits[START_CLIP.function] < timeouts.dispatch(Kind.CLIP)
    assert limits[START_PRESENTER.function] < timeouts.dispatch(Kind.PRESENTER)
    assert timeouts.compose_function == limits["compose"] < timeouts.compose_dispatch
    assert limits[WATCH_CLIP.function] < timeouts.other_dispatch
    assert limits[WATCH_PRESENTER.function] < timeouts.other_dispatch


def test_secrets_are_named_as_the_grants_expect() -> None:
    """A secret begins as its readers' grants say and as no other kind's does; the keeper's says all."""
    begins = re.findall(r"(\w+)\s*= (\[.*\])", block(terraform()["secrets.tf"], "secret_prefixes = {"))
    prefixes = {word: tuple(ast.literal_eval(listed)) for word, listed in begins}
    keeper = prefixes.pop("tenant_secrets")
    named = [(customer_webhook("acme"), {"customer_webhook_secrets"})]
    for mode in ("production", "test"):
        named += [(vendor_key("did", mode, "acme"), {"presenter_keys"})]
        named += [(vendor_key("heygen", mode, "acme"), {"presenter_keys", "footage_keys"})]  # it films both
        named += [(vendor_webhook("heygen", mode, "acme"), {"heygen_webhook_secrets"})]

    for name, words in named:
        assert words == {kind for kind, starts in prefixes.items() if name.startswith(starts)}
        assert name.startswith(keeper)
    for platforms in (CALLBACK_KEY, SESSION_KEYS):
        assert not platforms.startswith((*keeper, *sum(prefixes.values(), ())))
        assert f'secret_id = "{platforms}"' in terraform()["secrets.tf"]


def test_the_deployer_may_grant_the_roles_that_are_granted() -> None:
    """Each role that infra/*.tf gives on the project stands in the condition of the deployer's right, and no other."""
    project = "\n".join(text for name, text in terraform().items() if not name.startswith("owner/"))
    grants = project.split('resource "google_project_iam_member"')[1:]
    roles = terraform()["owner/roles.tf"]
    custom = dict(re.findall(r'(?s)"google_project_iam_custom_role" "(\w+)" \{.*?role_id += "(\w+)"', roles))

    granted = {found[1] for grant in grants if (found := re.search(r'role += "([^"]+)"', grant))}

    listed = re.findall(
        r'"([^"]+)",', block(roles, "locals {").partition("grantable = [")[2].partition("grantable_text")[0]
    )
    role_id = r"\$\{google_project_iam_custom_role\.(\w+)\.role_id\}"
    assert {re.sub(role_id, lambda named: custom[named[1]], each) for each in listed} == granted


def test_alarms_count_lines_that_are_written() -> None:
    """The sweep's line keeps the dead man's switch open; errors and spending call a person, a crash by its rate."""
    text = terraform()["monitoring.tf"].replace('\\"', '"')
    errors = {fact.value for fact, severity in SEVERITY.items() if severity == "ERROR"}

    counted = re.findall(r'jsonPayload\.fact=\(?("[^)\n]+")', text)

    once, swept, *crashes = [set(re.findall(r'"(\w+)"', words)) for words in counted]
    assert (errors - {Fact.CRASHED.value} | {Fact.SPEND_MARK.value}, {Fact.SWEPT.value}) == (once, swept)
    assert [{Fact.CRASHED.value}] * 2 == crashes  # what is counted, and what the alarm says to ask for


def test_an_alarm_is_made_after_the_metric_it_reads() -> None:
    """A metric of ours is named by reference, never by its text: Google refuses an alarm on one that is not there."""
    text = "\n".join(terraform().values())

    read = re.findall(r"logging\.googleapis\.com/user/(\S+?)\}", text)
    made = re.findall(r'resource "google_logging_metric" "(\w+)"', text)

    assert {f"${{google_logging_metric.{name}.name" for name in made} == set(read)
    assert len(made) == text.count("logging.googleapis.com/user/")


@pytest.mark.parametrize("name", sorted(functions()))
def test_a_function_says_in_its_first_line_what_it_does(name: str) -> None:
    """Terraform takes a function's description from there: its name, a colon, a sentence."""
    first = (ROOT / "functions" / name / "main.py").read_text("utf-8").splitlines()[0]

    assert re.fullmatch(rf'"""{name}: .+\."""', first)


def test_terraform_makes_the_whole_index_list() -> None:
    """The list holds nothing Terraform does not read, and no two entries would get one name."""
    listed = indexes()
    composite = [
        (entry["collectionGroup"], *(part["fieldPath"] for part in entry["fields"])) for entry in listed["indexes"]
    ]
    overridden = [(entry["collectionGroup"], entry["fieldPath"]) for entry in listed["fieldOverrides"]]

    assert {"indexes", "fieldOverrides"} == set(listed)
    assert len(set(composite)) == len(composite)
    assert len(set(overridden)) == len(overridden)
    for entry in listed["indexes"]:
        assert {"collectionGroup", "fields", "queryScope"} == set(entry)
        assert all({"fieldPath"} < set(part) <= {"fieldPath", "order", "arrayConfig"} for part in entry["fields"])
    for entry in listed["fieldOverrides"]:
        assert {"collectionGroup", "fieldPath"} < set(entry) <= {"collectionGroup", "fieldPath", "indexes", "ttl"}
