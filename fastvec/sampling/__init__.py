"""What is derived from the word counts: subsampling, alias table, Huffman tree."""
