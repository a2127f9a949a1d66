"""Six sample databases to ask questions of, and what makes their rows."""
