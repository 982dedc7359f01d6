"""The tutor's voice: Kokoro and Piper through ONNX Runtime, eSpeak NG last, each with exact phoneme times."""
