"""What all models share: threads, progress, checkpoints, memory."""
