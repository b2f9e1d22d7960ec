"""w2v train"""
