"""Where documents come from. Every source yields ``ingest.document.Document``."""
