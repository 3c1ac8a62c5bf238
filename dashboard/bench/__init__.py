"""The benchmark: what Treewatch costs on generated data, beside what it may cost."""
