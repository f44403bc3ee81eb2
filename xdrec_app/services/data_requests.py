"""Requests about data: import, undo, link people, inspect, audit, export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.datasets.formats import dialect as forms
from xdrec_app.datasets.linking import Rule
from xdrec_app.datasets.signal_settings import SignalKey, SignalSettings
from xdrec_app.services.data_results import (
    AuditReport,
    DomainReports,
    FolderReport,
    ImportReport,
    LinkReport,
    RowsExport,
)
from xdrec_app.services.request import Request

Dialect = forms.Dialect
Role = forms.Role

# ---------------------------------------------------------------------- import


class ImportFile(Request):
    """Base of imports: a file, its domain, and what is known of its form.

    Attributes
    ----------
    domain
        Where it goes; made if it is new. Empty: a column of the file names the domain of each line.
    mode
        Whether what the domain holds stays.
    again
        Import the file even though the very same bytes were imported into this domain before.
    """

    file: Path
    domain: str = ""
    columns: dict[Role, str] = Field(default_factory=dict)
    dialect: Dialect = Dialect()
    mode: Literal["append", "replace"] = "append"
    again: bool = False
    Result: ClassVar[type[Value]] = ImportReport


class ImportInteractions(ImportFile):
    """Append a file of ratings, clicks, views, purchases or impressions to a domain.

    Attributes
    ----------
    signal
        What a line says; None: as the domain has it, or guessed where the domain is new.
    """

    kind: Literal["import_interactions"] = "import_interactions"
    signal: SignalKey | None = None


class ImportItems(ImportFile):
    """Add or update the items of a domain from a file."""

    kind: Literal["import_items"] = "import_items"


class ImportUsers(ImportFile):
    """Add or update what is known about the people of a domain: every column beside the id is an attribute."""

    kind: Literal["import_users"] = "import_users"


AnyImport = Annotated[ImportInteractions | ImportItems | ImportUsers, Field(discriminator="kind")]


class ImportFolder(Request):
    """Import several files by one plan, each all or nothing, one after another."""

    kind: Literal["import_folder"] = "import_folder"
    files: tuple[AnyImport, ...]
    Result: ClassVar[type[Value]] = FolderReport


class UndoImport(Request):
    """Take an import back: its rows, its rejected lines, and what only it brought; other imports stay as they are."""

    kind: Literal["undo_import"] = "undo_import"
    batch: int


class ChangeDomain(Request):
    """Rename a domain, or change what its values mean; rows stay as they were imported."""

    kind: Literal["change_domain"] = "change_domain"
    domain: str
    name: str | None = None
    signal: SignalSettings | None = None


class DeleteDomain(Request):
    """Delete a domain with all its imports."""

    kind: Literal["delete_domain"] = "delete_domain"
    domain: str


# ---------------------------------------------------------------------- people


class LinkPeople(Request):
    """Say which accounts of the domains belong to one person; replaces what was said before.

    Attributes
    ----------
    rules
        How ids are made alike before they are compared: blanks trimmed, case folded, e-mail addresses normalised.
    mapping
        A file with one column of ids per domain; each line is one person. None: ids alone decide.
    columns
        Domain → column of the mapping file; guessed from the ids where not given; "" = it has none. Domains may share
        one.
    unlisted
        Ids that the mapping does not name, in domains with different columns: apart, they are of different people, for
        each domain counts its people in its own way; by_id, equal ones are one person.
    """

    kind: Literal["link_people"] = "link_people"
    rules: tuple[Rule, ...] = ()
    mapping: Path | None = None
    columns: dict[str, str] = Field(default_factory=dict)
    unlisted: Literal["apart", "by_id"] = "apart"
    dialect: Dialect = Dialect()
    Result: ClassVar[type[Value]] = LinkReport


# ---------------------------------------------------------------------- looking


class InspectDomains(Request):
    """Return the report of each domain; computed where the stored one is older than the data.

    Attributes
    ----------
    domains
        Empty: all.
    """

    kind: Literal["inspect_domains"] = "inspect_domains"
    domains: tuple[str, ...] = ()
    Result: ClassVar[type[Value]] = DomainReports


class AuditLeakage(Request):
    """Look for the same item in two domains; computed where the stored audit is older than the data."""

    kind: Literal["audit_leakage"] = "audit_leakage"
    Result: ClassVar[type[Value]] = AuditReport


class DecideLeak(Request):
    """Decide what evaluation does with the items that two domains share.

    Attributes
    ----------
    decision
        keep: nothing; exclude: the source's copies are not trained on; merge: they count as the target's items.
    """

    kind: Literal["decide_leak"] = "decide_leak"
    domains: tuple[str, str]
    decision: Literal["keep", "exclude", "merge"]


class ExportRows(Request):
    """Write a table of the workspace to a CSV, XLSX or Parquet file (by the ending of its name).

    Attributes
    ----------
    table
        rejected: the lines of `batch` that were not imported; the others belong to `domain`.
    """

    kind: Literal["export_rows"] = "export_rows"
    table: Literal["interactions", "items", "people", "rejected"]
    out: Path
    domain: str = ""
    batch: int | None = None
    Result: ClassVar[type[Value]] = RowsExport
