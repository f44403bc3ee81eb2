"""Use-case: what to make of several files or folders; runs in the window's process and reads 64 KiB of each file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from xdrec_app.core.errors import UserError
from xdrec_app.services.data_requests import AnyImport, ImportInteractions, ImportItems, ImportUsers
from xdrec_app.services.preview import preview
from xdrec_app.services.views import FilePreview, PlannedFile

FOLD = re.compile(r"(^|[\W_])(u[1-9ab]|fold\d*)[\W_](base|test|train|valid)", re.IGNORECASE)
"""Names of the parts that others divide a file into, over and over, for their experiments."""

ORDER = {"interactions": 0, "items": 1, "users": 2}


def plan_import(workspace: Path, paths: Sequence[Path]) -> tuple[PlannedFile, ...]:
    """Say how each file would be imported, interactions first; files within folders are found to any depth.

    A file that cannot be imported as it stands carries the sentence that says why, and no request.
    """
    files = [file for path in paths for file in (_within(path) if path.is_dir() else [path])]
    planned = [_plan(workspace, file) for file in files]
    return tuple(sorted(planned, key=lambda one: (one.request is None, ORDER.get(one.kind, 3), str(one.file))))


def request_of(workspace: Path, file: Path, shown: FilePreview, domain: str) -> AnyImport:
    """Return the request that imports a file as its preview shows it."""
    columns = {column.role: column.name for column in shown.columns if column.role}
    common = {"workspace": workspace, "file": file, "domain": domain, "columns": columns, "dialect": shown.dialect}
    if shown.kind == "interactions":
        return ImportInteractions.model_validate(common | {"signal": shown.signal.kind if shown.signal else None})
    return (ImportItems if shown.kind == "items" else ImportUsers).model_validate(common)


def _within(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file() and not path.name.startswith("."))


def _plan(workspace: Path, file: Path) -> PlannedFile:
    try:
        shown = preview(file)
    except UserError as error:
        return PlannedFile(file=file, kind="", domain="", problem=str(error))
    domain = shown.template_domain or ("" if shown.domains else shown.suggested_domain)
    if shown.problem:
        return PlannedFile(file=file, kind=shown.kind, domain=domain, problem=shown.problem)
    request = request_of(workspace, file, shown, domain)
    is_part = FOLD.search(file.name) is not None
    return PlannedFile(
        file=file,
        kind=shown.kind,
        domain=domain,
        domains=shown.domains,
        request=request,
        skip=is_part,
        note="A part of other data, divided for an experiment." if is_part else _open_question(shown),
    )


def _open_question(shown: FilePreview) -> str:
    if not shown.dates:
        return ""
    return f"In dates like {shown.dates[0].text} the day is taken to come first; the first rows do not tell."
