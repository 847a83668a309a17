"""Two hundred visitors come and go; the server is no larger than after the first few."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.browser.conftest import Visit
from tests.browser.test_safety import kernels

FIRST, ALL = 20, 200
#: Megabytes that the last hundred and eighty visits may add: a page held would be several each.
MOST = 60


def resident(pid: int) -> float:
    """Megabytes of a process."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))


@pytest.mark.slow
@pytest.mark.timeout(3_000)
def test_closing_the_browser_frees_its_memory_over_200_sessions(browser, served, finished):
    sizes = []
    for number in range(ALL):
        one = Visit(browser.new_context(), served.url)
        one.open(finished)
        one.page.wait_for_selector("svg.co-map")
        one.page.close(run_before_unload=True)
        one.context.close()
        if number + 1 in (FIRST, ALL):
            while kernels(served):
                pass
            sizes.append(resident(served.process.pid))
    print(f"server after {FIRST} sessions {sizes[0]:.0f} MB, after {ALL} {sizes[1]:.0f} MB")
    assert sizes[1] - sizes[0] < MOST
