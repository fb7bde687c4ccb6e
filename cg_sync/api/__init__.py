"""The network: everything that is known of the shop's API."""
