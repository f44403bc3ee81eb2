"""The window's process stays light: what models need lives in the workers."""

import json
import os
import subprocess
import sys
from pathlib import Path

VISIT = """
import json, sys
from pathlib import Path
from PySide6.QtCore import QEventLoop, QTimer
from xdrec_app.services.request import Done
from xdrec_app.ui.app import make_application
from xdrec_app.ui.main_window import MainWindow
from xdrec_app.ui.settings import Settings

class Pool:
    def start(self): pass
    def close(self): pass
    def job(self, request): yield from (); return Done()
    query = job

def wait(milliseconds):
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()  # unlike QTest.qWait it lets other threads run

folder = Path(sys.argv[1])
app = make_application(Settings(folder / "window.ini"))
window = MainWindow(Pool(), Settings(folder / "window.ini"))
window.show()
wait(100)
loaded = lambda names: sorted(name for name in names if name in sys.modules)
home = loaded(("pyqtgraph", "numpy", "sqlalchemy"))
window.open_workspace(folder / "w.xdrec")
for _ in range(200):
    if window.state.is_open:
        break
    wait(50)
assert window.state.is_open, window.message_bar.shown
for number in range(window.stack.count()):
    window.stack.setCurrentIndex(number)
    wait(150)
window.close()
print(json.dumps({"home": home, "all": loaded(("torch", "pandas", "scipy", "safetensors"))}))
"""


def test_no_page_loads_what_belongs_into_a_worker(tmp_path: Path) -> None:
    from xdrec_app.services.workspace import new_workspace

    new_workspace(tmp_path / "w.xdrec")
    finished = subprocess.run(
        [sys.executable, "-c", VISIT, str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout.splitlines()[-1]) == {"home": [], "all": []}
