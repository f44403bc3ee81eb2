"""An owner is alive exactly while its process is."""

from __future__ import annotations

import os
import subprocess
import sys
import time

from xdrec_app.storage.ownership import Owner, current_owner, is_alive, is_here, process_start


def test_whoever_asks_is_alive_and_here():
    owner = current_owner()
    assert owner.pid == os.getpid()
    assert is_here(owner)
    assert is_alive(owner)
    assert current_owner() == owner


def test_a_process_is_alive_until_it_ends_even_before_its_parent_looks():
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    started = process_start(child.pid)
    assert started is not None
    owner = Owner(current_owner().host, child.pid, started)
    assert is_alive(owner)
    child.kill()
    deadline = time.monotonic() + 10
    while is_alive(owner) and time.monotonic() < deadline:  # it stays as a zombie, because nobody has waited for it
        time.sleep(0.01)
    assert not is_alive(owner)
    child.communicate()
    assert not is_alive(owner)


def test_an_id_that_was_given_again_is_another_process():
    owner = current_owner()
    assert not is_alive(Owner(owner.host, owner.pid, owner.started - 1))


def test_another_process_reads_the_same_start():
    code = "import sys; from xdrec_app.storage.ownership import process_start; print(process_start(int(sys.argv[1])))"
    seen = subprocess.run([sys.executable, "-c", code, str(os.getpid())], capture_output=True, text=True, check=True)
    assert float(seen.stdout) == current_owner().started


def test_a_process_on_another_computer_counts_as_alive_because_it_cannot_be_asked():
    owner = Owner("elsewhere", 1, 0.0)
    assert not is_here(owner)
    assert is_alive(owner)


def test_there_is_no_process_with_an_impossible_id():
    assert process_start(0) is None
    assert process_start(-1) is None
    assert process_start(2**22 + 1) is None
