"""Proofs about rules: what can be, what cannot, and an invented customer who shows it."""
