from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


@pytest.fixture(scope="session")
def samples():
    """The folder of sample data beside the project."""
    if not SHARED.is_dir():
        pytest.skip("no sample data beside the project")
    return SHARED
