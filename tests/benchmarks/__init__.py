"""Measurements of the suite against what the machine could do at best; run by `./setup/bench NAME`."""
