import ast
from pathlib import Path

import results.analysis
import results.evaluation

ANALYSIS = Path(results.analysis.__file__).parent
EVALUATION = Path(results.evaluation.__file__).parent


def imports(path):
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def test_the_analysis_knows_no_django_and_no_other_part_of_the_project():
    for path in ANALYSIS.glob("*.py"):
        for name in imports(path):
            assert not name.startswith(("django", "dashboard", "ingest")), (path.name, name)
            assert not name.startswith("results") or name.startswith("results.analysis"), (path.name, name)


def test_the_truth_and_the_rules_share_no_code():
    for name in ("worlds", "runs", "scoring", "baselines"):
        found = set(imports(EVALUATION / f"{name}.py"))
        assert not any(module.startswith("results.analysis") for module in found), name
