"""Receiver, the case tool of a country that receives relocated people."""

__version__ = "0.1.0"
