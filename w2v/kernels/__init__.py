"""Compiled arithmetic: arrays and numbers in, arrays and numbers out; the only importer of numba."""
