"""What `make bench ARGS='search …'` consists of; see README.md."""
