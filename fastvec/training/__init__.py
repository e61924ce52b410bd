"""What every iterating model shares: threads, schedule, progress."""
