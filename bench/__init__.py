"""What we claim about speed, runnable: `bin/bench` measures it, beside a bare loop in C, and writes `bench/RESULTS.md`."""
