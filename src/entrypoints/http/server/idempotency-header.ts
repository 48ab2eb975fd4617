/** The header that names a request, for requests that have to be named. */
export const idempotencyHeader = {
  name: 'Idempotency-Key',
  required: false,
  description:
    'Needed here or as `idempotency_key` in the body. Digits that would pass for a card number are refused here too, and of ' +
    'timestamps in milliseconds every tenth would: an id of an order or a UUID is better.',
  schema: { type: 'string', pattern: '^[\\x21-\\x7e]{1,255}$' },
  example: 'order-1001',
} as const;

/** Of a response that may be a kept one. */
export const replayedHeader = {
  'Idempotency-Replayed': {
    description: '`true` when the answer was given before and nothing happened now.',
    schema: { type: 'string' as const, enum: ['true'] },
  },
};
