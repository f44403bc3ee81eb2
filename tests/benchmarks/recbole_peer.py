"""What RecBole needs to run beside our release of torch, so that both sides of a comparison use the same kernels.

RecBole 1.2.1 was written for numpy 1 (it uses `np.float_`), scipy before 1.12 (its graphs call `dok_matrix._update`)
and pandas 2; ray, which it imports, needs `pkg_resources` of an older setuptools.
"""

from __future__ import annotations

PACKAGES = (
    "recbole==1.2.1",
    "torch==2.13.0",
    "numpy==1.26.4",
    "scipy==1.11.4",
    "pandas==2.2.3",
    "setuptools<81",
)

ENVIRONMENT = "recbole"
"""Shared by every peer that runs RecBole: pass it to :func:`peers.run_peer`."""
