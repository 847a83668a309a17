"""The simulation: no command line, no charts, writes no files. See docs/architecture.md."""
