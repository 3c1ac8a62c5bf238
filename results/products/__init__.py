"""Products: what a definition says, which gates it has, and how they are decided. See docs/products.md."""
