"""What comes back from requests about data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.datasets.domain_figures import DomainFigures


class ImportReport(Value):
    """What became of every line of a file: ``lines = imported + merged + rejected``, always.

    Attributes
    ----------
    batch
        Number of the import in the workspace.
    domain
        Where it went; several, separated by commas, where a column named them.
    lines
        Data lines of the file (without header and blank lines).
    imported
        Lines that stand for themselves.
    merged
        Lines that repeat an earlier pair (or item) of the same domain: kept raw, but the later one counts.
    format
        Title of the reader, e.g. "Delimited text (CSV)".
    columns
        Role → name of the column it was read from.
    signal
        What a line says (ratings, clicks, …); empty for items and people.
    trimmed
        Ids that stood between blanks, which were taken away.
    """

    batch: int
    domain: str
    lines: int
    imported: int
    merged: int
    rejected: int
    encoding: str
    delimiter: str
    columns: dict[str, str]
    elapsed_s: float
    format: str = ""
    signal: str = ""
    trimmed: int = 0


class FileOutcome(Value):
    """What became of one file of a plan: a report, or the sentence that says why not."""

    file: Path
    domain: str
    report: ImportReport | None = None
    problem: str = ""


class FolderReport(Value):
    """What became of several files; the sums are over those that were imported."""

    files: tuple[FileOutcome, ...]
    lines: int
    imported: int
    merged: int
    rejected: int


class NobodyShared(Value):
    """Two domains without a common person: ids of both to compare, and the likely cause.

    Attributes
    ----------
    samples
        A few ids of each domain.
    cause
        One sentence; empty when nothing is likely.
    rule
        The rule that would link people, if one would.
    """

    domains: tuple[str, str]
    samples: tuple[tuple[str, ...], tuple[str, ...]]
    cause: str
    rule: Literal["", "trim", "case", "email"] = ""


class LinkReport(Value):
    """What linking came to.

    Attributes
    ----------
    people, accounts
        How many people the accounts belong to.
    linked
        People with accounts in more than one domain.
    largest
        The most accounts that one person has.
    lines, rejected
        Lines of the mapping file, and those of them that cannot be used.
    unknown
        Ids of the mapping file that no domain has.
    columns
        Domain → column of the mapping file.
    nobody
        Pairs of domains that still share nobody.
    """

    people: int
    accounts: int
    linked: int
    largest: int = 0
    lines: int = 0
    rejected: int = 0
    unknown: int = 0
    columns: dict[str, str] = Field(default_factory=dict)
    nobody: tuple[NobodyShared, ...] = ()


class DomainReport(DomainFigures):
    """A domain looked at closely, at one revision of its data."""

    domain: str
    revision: int


class Overlap(Value):
    """People two domains share; `active` have at least 5 interactions in each of them."""

    domains: tuple[str, str]
    users: int
    active: int


class DomainReports(Value):
    """The reports of domains, how each pair of them overlaps, and why some pairs do not."""

    reports: tuple[DomainReport, ...]
    overlaps: tuple[Overlap, ...]
    nobody: tuple[NobodyShared, ...] = ()


Evidence = Literal["id", "title", "raters"]


class SameItem(Value):
    """One item that seems to stand in two domains.

    Attributes
    ----------
    raters
        People of both domains who have it in both.
    evidence
        Why it is thought to be the same: same id, same title, same raters.
    """

    items: tuple[str, str]
    titles: tuple[str, str]
    raters: int
    counts: tuple[int, int]
    evidence: tuple[Evidence, ...]


class LeakFinding(Value):
    """The items that two domains share.

    Attributes
    ----------
    pairs
        How many; `examples` shows the strongest.
    leaking
        Interactions of the one domain whose person has the same item in the other too, in each direction.
    shares
        The same as shares of the interactions of shared people.
    chance
        What these shares would be if people chose independently in the two domains.
    is_leak
        Whether so much more leaks than by chance that a transfer lift would be an illusion.
    """

    domains: tuple[str, str]
    pairs: int
    leaking: tuple[int, int]
    shares: tuple[float, float]
    chance: tuple[float, float]
    is_leak: bool
    decision: Literal["keep", "exclude", "merge"] = "keep"
    examples: tuple[SameItem, ...] = ()


class AuditReport(Value):
    """The same items in two domains, for every pair of domains."""

    findings: tuple[LeakFinding, ...] = Field(default=())


class RowsExport(Value):
    """A file that was written."""

    file: Path
    rows: int
    elapsed_s: float
