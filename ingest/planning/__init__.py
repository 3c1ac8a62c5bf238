"""From accepted documents to rows: merged with what is stored, every reference made an id.

Nothing here writes results; what is made on the way (names, contents, series) is referred to by
rows that ``ingest.write`` writes.
"""
