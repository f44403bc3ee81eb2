"""How many people have each item, stored at one revision of a domain, so that items can be ordered by popularity.

A cache: whoever counts the rows of a domain stores it (:func:`refresh_counts`), and nobody believes it after the next
change.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, text

from xdrec_app.storage.schema import item_count

_REVISION = text("SELECT revision FROM domain WHERE id = :domain")
_FORGET = text("DELETE FROM item_count WHERE domain_id = :domain")
_COLD = text(
    """
    INSERT INTO item_count (domain_id, interactions, item_id, revision)
    SELECT :domain, 0, id, :revision FROM item WHERE domain_id = :domain
      AND id NOT IN (SELECT item_id FROM item_count WHERE domain_id = :domain)
    """
)
_IS_CURRENT = text(
    """
    SELECT domain.revision = item_count.revision FROM domain JOIN item_count ON domain_id = domain.id
    WHERE domain.id = :domain LIMIT 1
    """
)


def refresh_counts(connection: Connection, domain_id: int, item_keys: Iterable[int], counts: Iterable[int]) -> None:
    """Store how many people have each item, at the current revision of the domain.

    Parameters
    ----------
    item_keys, counts
        Database keys of items and the numbers of people who have them, plain integers; items that are not named have
        nobody.
    """
    of_domain = {"domain": domain_id}
    revision = int(connection.execute(_REVISION, of_domain).scalar_one())
    connection.execute(_FORGET, of_domain)
    rows = sorted((count, key) for key, count in zip(item_keys, counts, strict=True))  # as they lie in the table
    connection.connection.cursor().executemany(
        f"INSERT INTO {item_count.name} (domain_id, interactions, item_id, revision) VALUES (?, ?, ?, ?)",
        [(domain_id, count, key, revision) for count, key in rows],
    )
    connection.execute(_COLD, {**of_domain, "revision": revision})


def are_counts_current(connection: Connection, domain_id: int) -> bool:
    """Return whether the stored numbers belong to the data as they are now."""
    return bool(connection.execute(_IS_CURRENT, {"domain": domain_id}).scalar_one_or_none())
