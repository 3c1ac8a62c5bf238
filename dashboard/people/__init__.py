"""Those who are signed in: their tokens, what they follow, and the views that they keep."""
