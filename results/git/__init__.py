"""What git knows of the tested revisions: read from a clone, kept as far back as it is of use."""
