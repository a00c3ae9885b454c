"""Pages of the documents' site that are made from the code, and links that lead out of it."""
