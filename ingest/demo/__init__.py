"""Demo data: KCIDB documents of a made-up fortnight or year of kernel testing, and the truth behind them.

The way of a document: ``plan`` (who tests what, how often) → ``history`` (what breaks, when) →
``timeline`` (what happens at which moment) → a module of ``manners`` (how an origin writes it).
Everything follows from a seed and an end time, through ``random.Random`` instances only.
"""
