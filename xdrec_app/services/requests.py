"""Requests and their results: all that a shell may ask, as frozen values that go to JSON and back.

A request says what is wanted, never how. Whoever executes it (a worker process, the command line) finds the use-case
that serves it; whoever asks knows only this file. Nothing here imports a model, a database or Qt.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from xdrec_app.core.events import Value
from xdrec_app.evaluation.protocol import Candidates
from xdrec_app.services.data_requests import (
    AuditLeakage,
    ChangeDomain,
    DecideLeak,
    DeleteDomain,
    Dialect,
    ExportRows,
    ImportFolder,
    ImportInteractions,
    ImportItems,
    ImportUsers,
    InspectDomains,
    LinkPeople,
    Role,
    UndoImport,
)
from xdrec_app.services.experiment_requests import Compress, Encode, Pretrain, Repeat, Train, Transfer, Tune, Update
from xdrec_app.services.request import Request
from xdrec_app.services.results import (
    EvaluationReport,
    ExportReport,
    PersonProfile,
    RecommendationList,
    RunComparison,
    WorkspaceSummary,
)

WorldKey = Literal["ratings", "shop", "news_video", "music", "ads"]


# ---------------------------------------------------------------------- workspace


class CreateWorkspace(Request):
    """Make an empty workspace."""

    kind: Literal["create_workspace"] = "create_workspace"
    Result: ClassVar[type[Value]] = WorkspaceSummary


class CreateSample(Request):
    """Make a workspace with one of the sample worlds."""

    kind: Literal["create_sample"] = "create_sample"
    world: WorldKey = "ratings"
    Result: ClassVar[type[Value]] = WorkspaceSummary


# ---------------------------------------------------------------------- training and evaluation


class Evaluate(Request):
    """Evaluate a stored run on its own test part or on a file of held-out interactions."""

    kind: Literal["evaluate"] = "evaluate"
    run: int
    test: Path | None = None
    columns: dict[Role, str] = Field(default_factory=dict)
    dialect: Dialect = Dialect()
    task: Literal["rating", "ranking"] | None = None
    candidates: Candidates = "full"
    negatives: int = Field(100, ge=1)
    cutoffs: tuple[int, ...] = ()
    seed: int = 0
    Result: ClassVar[type[Value]] = EvaluationReport


class CompareRuns(Request):
    """Compare two stored runs under the same protocol, person by person."""

    kind: Literal["compare_runs"] = "compare_runs"
    runs: tuple[int, int]
    Result: ClassVar[type[Value]] = RunComparison


class DeleteRun(Request):
    """Delete a run with its curves, metrics and weights."""

    kind: Literal["delete_run"] = "delete_run"
    run: int


# ---------------------------------------------------------------------- serving


class LikedItem(Value):
    """An item that somebody likes, by its id or its title."""

    domain: str
    item: str


class Recommend(Request):
    """Rank the target's items for one person: somebody of the workspace, or whoever likes some items.

    Attributes
    ----------
    user
        Empty when `liked` is given.
    liked
        Items of any domains that stand for a history; the model is not trained again.
    """

    kind: Literal["recommend"] = "recommend"
    run: int
    user: str = ""
    liked: tuple[LikedItem, ...] = ()
    k: int = Field(10, ge=1)
    explain: bool = False
    exclude_seen: bool = True
    Result: ClassVar[type[Value]] = RecommendationList


class RecommendAll(Request):
    """Write the top k of every person of the workspace to a CSV file."""

    kind: Literal["recommend_all"] = "recommend_all"
    run: int
    out: Path
    k: int = Field(10, ge=1)
    exclude_seen: bool = True
    Result: ClassVar[type[Value]] = ExportReport


class Profile(Request):
    """A person across domains; with a run also what the other domains add to its recommendations."""

    kind: Literal["profile"] = "profile"
    user: str
    run: int | None = None
    n_history: int = Field(50, ge=1)
    n_neighbours: int = Field(10, ge=0)
    Result: ClassVar[type[Value]] = PersonProfile


AnyRequest = Annotated[
    CreateWorkspace
    | CreateSample
    | ImportInteractions
    | ImportItems
    | ImportUsers
    | ImportFolder
    | UndoImport
    | ChangeDomain
    | DeleteDomain
    | LinkPeople
    | InspectDomains
    | AuditLeakage
    | DecideLeak
    | ExportRows
    | Train
    | Update
    | Repeat
    | Tune
    | Transfer
    | Encode
    | Pretrain
    | Compress
    | Evaluate
    | CompareRuns
    | DeleteRun
    | Recommend
    | RecommendAll
    | Profile,
    Field(discriminator="kind"),
]
"""Every request there is, told apart by `kind`."""
