"""The seeded sample world of three domains, as data and as CSV files."""

from xdrec_app.datasets.synthetic.csv_files import write_csv
from xdrec_app.datasets.synthetic.generator import generate
from xdrec_app.datasets.synthetic.world import SampleDomain, SampleWorld, WorldSettings

__all__ = ["SampleDomain", "SampleWorld", "WorldSettings", "generate", "write_csv"]
