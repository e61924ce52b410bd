"""Evaluation of word vectors."""
