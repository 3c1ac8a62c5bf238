"""A loading process that is killed at once; imports nothing of ours."""

import os


def die(*args):
    """End without a word."""
    os._exit(7)
