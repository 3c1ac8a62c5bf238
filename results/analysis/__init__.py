"""What the results mean: pure functions over arrays. Nothing here knows Django or a database."""
