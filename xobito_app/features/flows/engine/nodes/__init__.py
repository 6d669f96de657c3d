"""Every kind of node, one file each; a file here is all it takes to be a kind."""
