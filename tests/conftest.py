import os
import signal
import sys
import warnings

import pytest
from fastvec_cli import main

collect_ignore = ["fuzz_formats.py"]  # is run by itself, and needs atheris


@pytest.fixture(autouse=bool(int(os.environ.get("NUMBA_DISABLE_JIT", "0"))))
def overflow_wraps():
    """Without the compiler, NumPy warns where the random numbers wrap around, as they must."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "overflow encountered", RuntimeWarning)
        yield


@pytest.fixture(autouse=True, scope="session")
def interrupts():
    """Let SIGINT interrupt what tests start: in the background of a shell it is ignored, and children inherit that."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def run(monkeypatch, capsys):
    """Run the command line in this process; give its exit code, stdout and stderr."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["fastvec", *arguments])
        try:
            main()
            code = 0
        except SystemExit as stop:
            code = stop.code or 0
        out, err = capsys.readouterr()
        return code, out, err

    return run
