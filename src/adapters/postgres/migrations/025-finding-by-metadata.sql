-- Payments are found by one pair of their metadata. What is indexed is a hash of each pair and its merchant; that a payment found by it
-- has the very pair is asked of the payment itself.

-- JSON that no text can be made of holds a NUL or half of a surrogate pair, which no pair that is asked for does.
CREATE FUNCTION metadata_pairs(merchant_id text, metadata json) RETURNS bigint[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$
  SELECT CASE WHEN metadata::text ~ '(^|[^\\])(\\\\)*\\u(0000|[dD][89a-fA-F])' THEN NULL ELSE (
    SELECT array_agg(hashtextextended(merchant_id || ' ' || pair.key || ' ' || pair.value, 0))
    FROM json_each_text(metadata) AS pair) END
$$;

CREATE INDEX payment_metadata ON payment USING gin (metadata_pairs(merchant_id, metadata)) WHERE metadata IS NOT NULL;
