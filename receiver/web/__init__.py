"""Pages, fragments, forms, errors and assets: what every room with a screen stands on."""
