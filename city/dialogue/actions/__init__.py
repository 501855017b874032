"""What can be done with surveys and with questions to the city."""
