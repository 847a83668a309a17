"""What the model claims, each test named after its claim.

Keyed randomness makes most claims exact: two runs of one seed are the same city with the same
dice, so "no effect" means the same events, not a small difference.
"""
