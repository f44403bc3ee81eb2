"""Use-case: say which accounts of the domains belong to one person."""

from __future__ import annotations

from contextlib import ExitStack, suppress

from xdrec_app.core.errors import UserError
from xdrec_app.core.events import Change, Changed, LogLine, Progress
from xdrec_app.core.jobs import Job
from xdrec_app.datasets.formats.mapping_file import MappingFile
from xdrec_app.services.data_requests import LinkPeople
from xdrec_app.services.data_results import LinkReport
from xdrec_app.services.mapping import columns_of_domains, read_mapping
from xdrec_app.services.nobody_shared import nobody_shared
from xdrec_app.storage.bulk import bulk_transaction
from xdrec_app.storage.database import open_database
from xdrec_app.storage.link_counts import count_links, domain_keys, unknown_ids
from xdrec_app.storage.links import Links, LinkSettings, relink, store_links
from xdrec_app.storage.statistics import refresh_statistics

STATISTICS_WAIT_S = 1.0
SUSPICIOUS_ACCOUNTS = 25
"""Hardly anybody has so many accounts; a placeholder that stands on many lines of a mapping makes it look so."""


def link_people(request: LinkPeople) -> Job[LinkReport]:
    """Put rules and mapping in the place of those before; with neither, equal ids are one person again.

    Interactions are not touched, and accounts of later imports are linked in the same way.

    Raises
    ------
    UserError
        When the workspace cannot be written, or the mapping file cannot be read or says nothing about the domains.
    """
    if request.columns and request.mapping is None:
        raise UserError("Columns were named, but no mapping file.")
    links, columns, lines, rejected = Links(LinkSettings(rules=request.rules)), {}, 0, 0
    with open_database(request.workspace, busy_timeout_s=STATISTICS_WAIT_S) as database:
        if request.mapping is not None:
            with database.read() as connection:
                domains = domain_keys(connection)
            file = MappingFile.open(request.mapping, request.dialect, [*domains, *request.columns.values()])
            places = columns_of_domains(database, file, domains, request.columns, request.rules)
            mapped = yield from read_mapping(file, places, request.rules)
            settings = LinkSettings(rules=request.rules, unlisted=request.unlisted)
            links = Links(settings, {domains[name]: place + 1 for name, place in places.items()}, mapped.groups)
            columns = {name: file.columns[place] for name, place in places.items()}
            lines, rejected = mapped.lines, mapped.rejected
        with ExitStack() as stack:
            connection = yield from bulk_transaction(database, stack)
            yield Progress(done=0, message="Linking people")
            store_links(connection, links)
            relink(connection)
            counts, unknown = count_links(connection), unknown_ids(connection)
        with suppress(UserError):  # busy or full: they are counted when they are asked for
            refresh_statistics(database)
        nobody = nobody_shared(database)
    yield Changed(changes=frozenset({Change.LINKS, Change.DOMAINS, Change.INTERACTIONS}))
    if counts.largest > SUSPICIOUS_ACCOUNTS:
        yield LogLine(level="warning", message=_suspicion(counts.largest))
    return LinkReport(
        people=counts.people,
        accounts=counts.accounts,
        linked=counts.linked,
        largest=counts.largest,
        lines=lines,
        rejected=rejected,
        unknown=unknown,
        columns=columns,
        nobody=nobody,
    )


def _suspicion(n_accounts: int) -> str:
    return (
        f"One person has {n_accounts:,} accounts now. Does a word for a missing id stand on many lines of the mapping?"
    )
