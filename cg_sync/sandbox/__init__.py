"""A make-believe shop: a real Django and DRF service that speaks docs/shop-api.md."""
