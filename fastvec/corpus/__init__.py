"""Text to ids: sources, tokenizers, the vocabulary and the id stream on disk."""
