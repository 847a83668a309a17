"""The studies' estimators on the model's own data: `carveout replicate`."""
