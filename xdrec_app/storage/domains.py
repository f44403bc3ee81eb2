"""Changing a domain: its name, and what its values mean."""

from __future__ import annotations

from sqlalchemy import select, update

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.storage.bulk import touch_domain
from xdrec_app.storage.database import Database
from xdrec_app.storage.schema import domain
from xdrec_app.storage.signals import domain_signal, store_signal, stored_values


def chosen_signal(database: Database, name: str) -> SignalSettings:
    """Return how the values of a domain are understood; its scale is None unless somebody chose one.

    Raises
    ------
    UserError
        When there is no such domain.
    """
    with database.read() as connection:
        body = connection.execute(select(domain.c.signal).where(domain.c.name == name)).scalar_one_or_none()
    if body is None:
        raise UserError(f"There is no domain '{name}' in the workspace.")
    return SignalSettings.model_validate_json(body)


def change_domain(database: Database, name: str, new_name: str | None, signal: SignalSettings | None) -> None:
    """Rename a domain, or understand its values in another way; rows stay as they are.

    Runs know domains by name: a renamed domain is another one to them.

    Raises
    ------
    UserError
        When there is no such domain, the new name is empty or taken, a scale is upside down, or there is nothing yet
        whose meaning could be changed.
    """
    with database.write() as connection:
        key = connection.execute(select(domain.c.id).where(domain.c.name == name)).scalar_one_or_none()
        if key is None:
            raise UserError(f"There is no domain '{name}' in the workspace.")
        if new_name is not None and new_name.strip() != name:
            wanted = new_name.strip()
            if not wanted:
                raise UserError("A domain needs a name.")
            if connection.execute(select(domain.c.id).where(domain.c.name == wanted)).first() is not None:
                raise UserError(f"There is a domain '{wanted}' already.", "Choose another name.")
            connection.execute(update(domain).where(domain.c.id == key).values(name=wanted))
        if signal is not None:
            if signal.scale is not None and signal.scale[0] >= signal.scale[1]:
                low, high = signal.scale
                raise UserError(f"A scale goes from its lowest to its highest value, not from {low:g} to {high:g}.")
            if domain_signal(connection, key) is None:
                raise UserError(f"{name} has no interactions yet.", "Import some first.")
            store_signal(connection, key, signal, stored_values(connection, key))
        touch_domain(connection, key)
