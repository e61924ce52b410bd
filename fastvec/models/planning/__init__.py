"""Before the work: how much memory, disk and time a training will take."""
