"""The city: one folder, called a room, for each thing a city does. See docs/rooms.md."""
