"""Briefings: what sentences may say, and that every number can be had again."""
