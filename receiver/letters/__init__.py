"""Documents on paper in the reader's language, typeset from data."""

from receiver.letters.typesetting import BadLetterError, typeset

__all__ = ["BadLetterError", "typeset"]
