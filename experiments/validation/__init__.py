"""Findings of the literature beside the model's: `carveout validate`."""
