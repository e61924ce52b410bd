"""Other libraries' interfaces, for programs that were written for them: change the import, and nothing else."""
