"""What the log on PostgreSQL asks its server; ``{table}`` is the table of events. Runs nothing."""

INSERT = """
WITH given AS (
    SELECT * FROM unnest(%b::int[], %b::text[], %b::bigint[], %b::text[], %b::bytea[])
    WITH ORDINALITY AS given (batch, id, version, topic, state, place)
), following AS (
    SELECT batch FROM (SELECT batch, MIN(id) AS id, MIN(version) AS first FROM given GROUP BY batch) AS batches
    WHERE first = 1 + COALESCE((SELECT MAX(originator_version) FROM {table} WHERE originator_id = batches.id), 0)
)
INSERT INTO {table} (notification_id, originator_id, originator_version, topic, state)
SELECT (SELECT COALESCE(MAX(notification_id), 0) FROM {table}) + ROW_NUMBER() OVER (ORDER BY place),
    id, version, topic, state
FROM given JOIN following USING (batch) ORDER BY place
RETURNING originator_id, originator_version, notification_id
"""
"""Inserts the batches that follow their streams' versions; no two may be of one stream.

The columns go in binary: as text the bytes of the events would be twice as long, and cost half of the work.
Positions are counted on from the last one, which the lock allows: a sequence would leave a gap at each rollback, and
nobody could tell a gap from a loss.
"""
TAIL_OF = """
SELECT notification_id, originator_id, originator_version, topic,
    CASE WHEN %(types)s::text[] IS NULL OR topic = ANY(%(types)s) THEN state END
FROM {table} WHERE notification_id > %(after)s ORDER BY notification_id LIMIT %(limit)s
"""
STREAMS = """
WITH RECURSIVE names (name) AS (
    (SELECT MIN(originator_id) FROM {table} WHERE originator_id > %(after)s)
    UNION ALL
    SELECT (SELECT MIN(originator_id) FROM {table} WHERE originator_id > name) FROM names WHERE name IS NOT NULL
)
SELECT notification_id, originator_id, originator_version, topic,
    CASE WHEN topic = ANY(%(types)s::text[]) THEN state END
FROM (SELECT name FROM names LIMIT %(limit)s) AS listed
JOIN {table} ON originator_id = name AND originator_version = 1 ORDER BY originator_id
"""
STREAMS_OF = """
SELECT notification_id, originator_id, originator_version, topic,
    CASE WHEN topic = ANY(%(types)s::text[]) THEN state END
FROM {table} WHERE originator_id = ANY(%(streams)s::text[]) AND notification_id <= %(upto)s
    AND (topic IS NULL OR topic <> ALL(%(passed)s::text[]))
ORDER BY originator_id, originator_version
"""
VERSIONS = """
SELECT s AS stream, COALESCE((SELECT MAX(originator_version) FROM {table} WHERE originator_id = s), 0) AS version
FROM unnest(%s::text[]) AS s
"""
