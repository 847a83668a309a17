"""Questions asked of the model, and their answers as tables and charts."""
