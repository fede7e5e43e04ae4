"""Both databases behind one door: engines and sessions, the base of all tables, column types, schema changes."""
