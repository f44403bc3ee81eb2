"""Undo, links, deletion and replacement that are killed: all is as before, or all is changed."""

from __future__ import annotations

import shutil

import pytest

from xdrec_app.core.jobs import run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.import_interactions import import_interactions

COMMANDS = {
    "undo": ("undo", "2"),
    "link": ("link", "--rule", "case"),
    "delete": ("delete-domain", "Songs"),
    "replace": ("import", "FILE", "--domain", "Songs", "--replace"),
}


@pytest.fixture
def command_of(ratings):
    """Return a command for a workspace."""
    other = ratings(30_000, seed=3)

    def make(name: str, workspace) -> list:
        verb, *rest = COMMANDS[name]
        return [verb, workspace, *(other if word == "FILE" else word for word in rest)]

    return make


@pytest.fixture
def two_domains(workspace, ratings):
    for domain, file in (("Books", ratings(10_000, user="u")), ("Songs", ratings(40_000, user="U", seed=2))):
        run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain=domain)))
    return workspace


def kill(xdrec, state_of, moments, workspace, command_of, name: str, n_kills: int) -> None:
    reference = shutil.copy(workspace, workspace.with_name("reference.xdrec"))
    before = state_of(workspace)
    takes_s = xdrec.duration(reference, *command_of(name, reference))
    complete = state_of(reference)
    assert complete != before
    kept = shutil.copy(workspace, workspace.with_name("kept.xdrec"))
    for after_s in moments(n_kills, takes_s):
        xdrec.kill(workspace, after_s, *command_of(name, workspace))
        found = state_of(workspace)
        assert found in (before, complete)
        if found == complete:
            for suffix in ("-wal", "-shm"):  # what belongs to the file that is replaced must not meet the other one
                workspace.with_name(workspace.name + suffix).unlink(missing_ok=True)
            shutil.copy(kept, workspace)
    xdrec.done(*command_of(name, workspace))
    assert state_of(workspace) == complete


@pytest.mark.parametrize("name", ["undo", "link"])
def test_a_killed_change_is_whole_or_has_not_happened(xdrec, state_of, moments, two_domains, command_of, name):
    kill(xdrec, state_of, moments, two_domains, command_of, name, 2)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", COMMANDS)
def test_changes_killed_in_a_loop_never_harm_the_workspace(xdrec, state_of, moments, two_domains, command_of, name):
    kill(xdrec, state_of, moments, two_domains, command_of, name, 15)
