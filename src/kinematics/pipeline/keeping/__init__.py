"""What a run leaves and what the next one finds: hashes, kept visits, tables, pages, manifest."""
