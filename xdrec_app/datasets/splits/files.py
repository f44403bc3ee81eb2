"""A division that somebody else has made: by the file that each row was imported from."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.params import Params, param
from xdrec_app.datasets.arrays import Bools
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, splits


class FileParams(Params):
    """Which files are which part; a name may have wildcards."""

    train: str = param("", "Name of the file that is trained on; if not given, all that are not another part.")
    valid: str = param("", "Name of the file for validation.")
    test: str = param("", "Name of the file that is tested.")


@splits.register
class FilesSplit(Split):
    """Each row belongs to the part that its imported file is; of a repeated pair the row that counts decides."""

    key = "files"
    title = "Files"
    Params = FileParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        words = f"the rows of {self.params.test} in the target are hidden"
        return f"{words}, those of {self.params.valid} are for validation" if self.params.valid else words

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`.

        Raises
        ------
        UserError
            When no file is named for the test, a name fits no file of the target, or a file is two parts or none.
        """
        names = [name for name, _ in target.files]
        there_are = f"'{target.name}' has: {', '.join(dict.fromkeys(names)) or 'no files'}."
        if not self.params.test:
            raise UserError("The split 'files' needs the file that is tested, e.g. test=NAME.", there_are)
        parts = np.array([self._part(name, there_are) for name in names], np.int64)
        for part, wanted in enumerate((self.params.train, self.params.valid, self.params.test)):
            if wanted and not (parts == part).any():
                raise UserError(f"No file of '{target.name}' is named '{wanted}'.", there_are)
        starts = np.array([start for _, start in target.files], np.int64)
        part_of = parts[np.searchsorted(starts, target.file_order, side="right") - 1]
        train, valid, test = (np.flatnonzero(part_of == part) for part in range(3))
        return SplitPlan(train, valid, test)

    def visible(self, source: DomainTable, target: DomainTable, plan: SplitPlan) -> Bools:
        """See :meth:`Split.visible`: rows of a source that come from a file for validation or test are hidden."""
        hidden = [self._fits(name, self.params.valid) or self._fits(name, self.params.test) for name, _ in source.files]
        if not any(hidden):
            return np.ones(len(source), bool)
        starts = np.array([start for _, start in source.files], np.int64)
        visible: Bools = ~np.array(hidden)[np.searchsorted(starts, source.file_order, side="right") - 1]
        return visible

    def _part(self, name: str, there_are: str) -> int:
        """Return which part a file is: 0 training, 1 validation, 2 test."""
        wanted = (self.params.train, self.params.valid, self.params.test)
        found = [part for part, pattern in enumerate(wanted) if self._fits(name, pattern)]
        if len(found) > 1:
            raise UserError(f"The file {name} cannot be two parts of a split.", there_are)
        if not found and self.params.train:
            raise UserError(f"The file {name} is no part of the split.", "Name it, or leave out train=NAME.")
        return found[0] if found else 0

    @staticmethod
    def _fits(name: str, pattern: str) -> bool:
        return name == pattern or fnmatchcase(name, pattern)
