"""The JSON API, version 1: the listings and things of the pages, for scripts."""
