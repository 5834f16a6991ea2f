"""What every package may lean on: ids, clock, errors, facts, paging, rate limits, input checks. Standard library only."""
