"""How cg-sync talks to a shop, from single answers to whole listings over a real socket."""
