"""cg-sync: customer groups and customer group settings of Akinon Omnitron as code."""
