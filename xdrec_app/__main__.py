"""Start: no argument or one workspace file opens the window, a verb is a command; heavy imports only where used."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path
from typing import Annotated

import typer

WORKSPACE_SUFFIX = ".xdrec"


def main() -> None:
    """Decide by the arguments what this process is."""
    multiprocessing.freeze_support()
    match sys.argv[1:]:
        case []:
            raise SystemExit(open_window(None))
        case [path] if path.endswith(WORKSPACE_SUFFIX):
            raise SystemExit(open_window(Path(path)))
        case ["worker"]:
            from xdrec_app.worker.loop import main as work

            work()
        case _:
            from xdrec_app.cli.app import app
            from xdrec_app.cli.main import main as run_command

            app.command("demo")(demo)
            run_command()


def open_window(workspace: Path | None) -> int:
    """Open the window and return its exit code."""
    from xdrec_app.ui.app import run

    return run(workspace)


def demo(
    workspace: Annotated[Path | None, typer.Option(help="Where the sample workspace is made.")] = None,
    screenshots: Annotated[Path | None, typer.Option(help="Folder for a picture of every page.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Drive the real window through the main job, offscreen, and save a picture of every page."""
    from xdrec_app.demo import command

    raise typer.Exit(command(workspace, screenshots, as_json))


if __name__ == "__main__":
    main()
