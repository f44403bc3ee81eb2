"""What comes back from requests about data."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from xdrec_app.core.events import Value


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


class KCore(Value):
    """What is left when people and items with fewer than `k` interactions are taken away until none is left."""

    k: int
    users: int
    items: int
    interactions: int


class Shortage(Value):
    """How many people and items have fewer than `k` interactions."""

    k: int
    users: int
    items: int


class DomainReport(Value):
    """A domain looked at closely; belongs to one revision of its data.

    Attributes
    ----------
    rows, interactions
        Lines as imported; those that count after the policy for repeated pairs.
    repeated
        rows - interactions, as far as the policy merges them.
    out_of_scale
        Rows whose value is outside the scale of the domain.
    left_out
        Rows that are no interaction for models (impressions without a click, values outside the scale).
    density
        interactions / (users × items).
    histogram
        (value, interactions), ascending by value.
    over_time
        (first second of a month or day or year, interactions), ascending; empty without times.
    period
        What one entry of `over_time` covers.
    user_counts, item_counts
        (number of interactions from … on, people or items): histogram over powers of two.
    head_shares
        (share of the items, share of all interactions that they hold), e.g. (0.01, 0.23), (0.1, 0.62).
    cold_items
        Items without interactions.
    """

    domain: str
    revision: int
    signal: str
    policy: str
    scale: tuple[float, float]
    rows: int
    users: int
    items: int
    cold_items: int
    interactions: int
    repeated: int
    out_of_scale: int
    left_out: int
    density: float
    time_span: tuple[int, int] | None
    histogram: tuple[tuple[float, int], ...]
    over_time: tuple[tuple[int, int], ...]
    period: Literal["", "day", "month", "year"]
    user_counts: tuple[tuple[int, int], ...]
    item_counts: tuple[tuple[int, int], ...]
    head_shares: tuple[tuple[float, float], ...]
    shortages: tuple[Shortage, ...]
    k_cores: tuple[KCore, ...]


class Overlap(Value):
    """People two domains share; `active` have at least 5 interactions in both."""

    domains: tuple[str, str]
    users: int
    active: int


class DomainReports(Value):
    """The reports of domains and how they overlap."""

    reports: tuple[DomainReport, ...]
    overlaps: tuple[Overlap, ...]
    nobody: tuple[NobodyShared, ...] = ()


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
    evidence: tuple[Literal["id", "title", "raters"], ...]


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
    is_leak
        Whether so much leaks that a transfer lift would be an illusion.
    """

    domains: tuple[str, str]
    pairs: int
    leaking: tuple[int, int]
    shares: tuple[float, float]
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
