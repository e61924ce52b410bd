"""Files: replaced atomically, temporary, compressed."""
