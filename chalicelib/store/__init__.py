"""The database: the only importer of pynamodb; takes and returns objects of core."""
