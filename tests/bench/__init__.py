"""The benchmark of the evaluation: docs/benchmarks.md says what it compares and how to read it."""
