# SPDX-License-Identifier: BSD-2-Clause
"""Skips with a reason where no lab can be built, and tells ctest when nothing could run."""
import pytest

import netlab
import peers
import watch

NOTHING_RAN = 77    # ctest's SKIP_RETURN_CODE


@pytest.fixture(scope="session", autouse=True)
def usable_lab():
    """Skip everything where a lab or its programs are missing; clear what a dead lab left."""
    reason = (watch.missing() or netlab.usable() or peers.Ucarp.missing()
              or peers.Recorder.missing())
    if reason:
        pytest.skip(reason)
    netlab.Lab.ended_by = KeyboardInterrupt     # pytest takes SystemExit for a failed test
    netlab.sweep()


def pytest_terminal_summary(terminalreporter):
    """Show what was measured."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            for name, value in getattr(report, "user_properties", ()):
                if getattr(report, "when", "") == "call":
                    terminalreporter.write_line("%s: %s" % (name, value))


def pytest_sessionfinish(session, exitstatus):
    """All skipped is not all passed."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if exitstatus == 0 and reporter and not reporter.stats.get("passed"):
        session.exitstatus = NOTHING_RAN
