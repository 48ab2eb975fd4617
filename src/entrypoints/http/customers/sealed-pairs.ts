/**
 * Of pairs that are sealed as one text. A link of the audit trail holds that text twice, as it was and as it is, and has to
 * fit into one item of DynamoDB.
 */
const MOST_BYTES = 96 * 1_024;

/** Whether pairs can be sealed together, and be changed for others as large. */
export const fitsSealed = (pairs: Readonly<Record<string, string>>): boolean =>
  Buffer.byteLength(JSON.stringify(pairs)) <= MOST_BYTES;

export const MUST_FIT_SEALED = `must be at most ${MOST_BYTES} bytes of JSON`;
