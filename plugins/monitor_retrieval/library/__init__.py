"""Reference libraries: folders of pictures that can be searched instead of sessions."""
