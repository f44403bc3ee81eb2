"""What a window reads about domains beside their rows: findings, meanings, links; given by `browse_findings`."""

from __future__ import annotations

from typing import Literal

from xdrec_app.core.events import Value
from xdrec_app.datasets.linking import Rule
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.services.data_results import DomainReports, LeakFinding


class Inspection(Value):
    """What is known from a close look at all domains as they are now.

    Attributes
    ----------
    state
        Another text whenever any domain or the links have changed.
    missing
        Domains at which nobody looked since they changed.
    has_overlaps
        Whether it is known who is in which domains; without it `reports` names no overlaps.
    """

    reports: DomainReports
    state: str
    missing: tuple[str, ...] = ()
    has_overlaps: bool = True

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing left to look at."""
        return self.has_overlaps and not self.missing


class StoredAudit(Value):
    """What the leakage audit found; `outdated` pairs of domains were not audited since they changed."""

    findings: tuple[LeakFinding, ...] = ()
    outdated: tuple[tuple[str, str], ...] = ()


class DomainMeaning(Value):
    """What the values of a domain mean.

    Attributes
    ----------
    signal
        Its scale is None unless somebody chose one.
    found_scale
        What the values themselves show.
    actions
        What its logs call things that were done.
    has_interactions
        Without any there is nothing yet whose meaning could be changed.
    """

    name: str
    signal: SignalSettings
    found_scale: tuple[float, float]
    actions: tuple[str, ...] = ()
    has_interactions: bool = True


class PresentLinks(Value):
    """How accounts become people now; `mapped` are the domains for which a mapping has a column."""

    rules: tuple[Rule, ...] = ()
    unlisted: Literal["apart", "by_id"] = "apart"
    mapped: tuple[str, ...] = ()


class MappingPreview(Value):
    """The first rows of a file that says who is who.

    Attributes
    ----------
    guess
        Domain → column that holds its ids.
    problem
        Why no columns could be guessed; empty when they could.
    """

    file_name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: dict[str, str]
    problem: str = ""
