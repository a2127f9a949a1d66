"""Makes the rows of the demo databases from seeds. Knows nothing of the questions asked of them."""
