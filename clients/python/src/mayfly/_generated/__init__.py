"""The messages of proto/, made by generate.sh; never edited."""
