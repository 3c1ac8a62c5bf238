"""Judges trees: loads what was measured, asks ``results.analysis`` what it means, and keeps the answer."""

from results.judging.trees import judge_due, judge_tree

__all__ = ["judge_due", "judge_tree"]
