"""Which use-case serves which request. Modules are imported on the first request that needs them."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from xdrec_app.core.events import Value
from xdrec_app.core.jobs import Job
from xdrec_app.services import data_requests, experiment_requests, requests
from xdrec_app.services.request import Request

USE_CASES: dict[type[Request], str] = {
    requests.CreateWorkspace: "workspace:create_workspace",
    requests.CreateSample: "sample:create_sample",
    data_requests.ImportInteractions: "import_interactions:import_interactions",
    data_requests.ImportItems: "import_descriptions:import_items",
    data_requests.ImportUsers: "import_descriptions:import_users",
    data_requests.ImportFolder: "import_folder:import_folder",
    data_requests.UndoImport: "change_data:undo_import",
    data_requests.ChangeDomain: "change_data:change_domain",
    data_requests.DeleteDomain: "change_data:delete_domain",
    data_requests.LinkPeople: "link_people:link_people",
    data_requests.InspectDomains: "inspect_domains:inspect_domains",
    data_requests.ExportRows: "export_rows:export_rows",
    data_requests.AuditLeakage: "audit_leakage:audit_leakage",
    data_requests.DecideLeak: "audit_leakage:decide_leak",
    experiment_requests.Train: "train:train",
    experiment_requests.Update: "update:update",
    experiment_requests.Repeat: "repeat:repeat",
    experiment_requests.Tune: "tune:tune",
    experiment_requests.Transfer: "transfer:transfer",
    experiment_requests.Encode: "encode:encode",
    experiment_requests.Compress: "compress:compress",
    experiment_requests.Pretrain: "pretrain:pretrain",
    requests.Evaluate: "evaluate:evaluate_run",
    requests.CompareRuns: "compare_runs:compare_runs",
    requests.DeleteRun: "workspace:delete_run",
    requests.Recommend: "recommend:recommend",
    requests.RecommendAll: "recommend:recommend_all",
    requests.Profile: "profile:profile",
}
"""Request → "module:function" within `xdrec_app.services`; the function takes the request and gives a job."""


def execute(request: Request) -> Job[Value]:
    """Serve a request; whatever goes wrong, the import of its use-case included, goes wrong inside the job."""
    module, _, function = USE_CASES[type(request)].partition(":")
    found: Callable[[Request], Job[Value]] = getattr(importlib.import_module(f"xdrec_app.services.{module}"), function)
    return (yield from found(request))
