"""Makes Checkov execute the other file of this folder."""
