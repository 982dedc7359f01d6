"""The tutor's face: a vector figure drawn with OpenCV at 720p, moved by visemes and encoded as fragmented MP4."""
