"""Whole logs: fetched from allowed hosts, kept for a while, indexed, and shown line by line."""
