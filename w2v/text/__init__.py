"""Text in, numbers out: files, archives and streams become a vocabulary and a stream of ids."""

from __future__ import annotations

from w2v.text.corpus import Account, EncodedCorpus, FileAccount
from w2v.text.forecast import Expected
from w2v.text.reading import ReadProgress, read

__all__ = ["Account", "EncodedCorpus", "Expected", "FileAccount", "ReadProgress", "read"]
