"""The camera of a browser as a live source: pictures come over a WebSocket, what was seen in each goes back."""
