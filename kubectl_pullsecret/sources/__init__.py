"""Where facts come from: files and clusters. Reads the outside world; what it returns is pure."""
