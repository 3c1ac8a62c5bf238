"""The parts that run Treewatch: embedded services, child processes, and where they keep things."""
