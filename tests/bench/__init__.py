"""Benches: how fast, and whether anything is lost. Started by bin/bench; what they measured is in docs/benchmarks.md."""
