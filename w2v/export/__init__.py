"""Vectors for embedding layers: one module for each library, `write(vectors, folder) -> Export`."""
