"""The way of the log to Kafka: records, topic, relay, verification."""
