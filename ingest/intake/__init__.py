"""Results that are sent to us: who may send, how bodies become durable files, and how files are loaded."""
