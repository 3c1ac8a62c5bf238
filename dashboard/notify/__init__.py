"""Telling people what changed: an outbox in PostgreSQL, and mails, webhooks and feeds made of it.

``offering`` writes the outbox: a row for each subscription and each change of an event (or failing
test) that it asks for. ``outbox`` tells what is due. Both run in the Celery queue ``notify``; a
lost message only delays them.
"""
