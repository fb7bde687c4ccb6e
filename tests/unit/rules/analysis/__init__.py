"""Proofs about rules."""
