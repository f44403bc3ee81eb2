"""The commands of the README, run as they stand there, on a small sample world."""

import re
import shlex
import subprocess
import sys
from pathlib import Path

from xdrec_app.datasets.synthetic import WorldSettings, generate, write_csv

README = Path(__file__).parents[2] / "README.md"


def test_the_commands_of_the_readme_work_as_they_stand(tmp_path):
    write_csv(generate(WorldSettings(n_people=300, n_items=200, n_ratings=12_000)), tmp_path)
    block = re.search(r"```sh\n(xdrec new .*?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    commands = block.group(1).strip().splitlines()
    assert len(commands) >= 10
    for command in commands:
        program, *words = shlex.split(command)
        assert program == "xdrec"
        done = subprocess.run(
            [sys.executable, "-m", "xdrec_app", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}: {done.stderr}"
    assert (tmp_path / "everybody.csv").stat().st_size > 1000


def test_the_pictures_of_the_readme_are_there():
    for picture in re.findall(r"\]\((docs/[^)]*\.png)\)", README.read_text(encoding="utf-8")):
        assert (README.parent / picture).is_file(), picture
