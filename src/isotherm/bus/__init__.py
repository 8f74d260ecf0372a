"""Hints that work is due. Losing one costs a poll interval, never work."""
