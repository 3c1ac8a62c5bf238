"""How good the analysis is: made-up worlds with a known truth, and scores against it."""
