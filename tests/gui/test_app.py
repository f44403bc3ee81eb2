import os
import subprocess
import sys

from xdrec_app.ui.dialogs.bug_dialog import BugDialog, BugReporter


def test_without_a_display_there_is_one_sentence_and_exit_code_1() -> None:
    bare = {key: value for key, value in os.environ.items() if key not in {"DISPLAY", "WAYLAND_DISPLAY"}}
    bare.pop("QT_QPA_PLATFORM", None)
    code = "import sys; sys.platform = 'linux'\nfrom xdrec_app.ui.app import run\nsys.exit(run())"
    finished = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=bare, timeout=60, check=False
    )
    assert finished.returncode == 1
    assert finished.stderr.startswith("There is no display")
    assert len(finished.stderr.splitlines()) == 1


def test_an_uncaught_error_is_reported_once_with_details_to_copy(qapp, qtbot, monkeypatch) -> None:
    shown: list[str] = []
    monkeypatch.setattr(BugDialog, "open", lambda self: shown.append(self.report))
    reporter = BugReporter()
    for _ in range(3):
        try:
            raise ValueError("the cause")
        except ValueError as error:
            reporter.hook(type(error), error, error.__traceback__)
    qtbot.waitUntil(lambda: bool(shown))
    qtbot.wait(20)
    assert len(shown) == 1
    assert "the cause" in shown[0]
    assert "Traceback" in shown[0]
