"""The KernelCI API as a source: nodes are read over HTTP and enter as KCIDB documents."""
