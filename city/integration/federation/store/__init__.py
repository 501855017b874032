"""The SQL of handing over: destinations, and what is sent to them."""
