"""Learning: data, QLoRA training, evaluation, export; knows nothing of the page."""
