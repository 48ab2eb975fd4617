/**
 * What requests take of DynamoDB and a payment of PostgreSQL. Written by `npm run bench:capacity`, and held against another
 * measurement by `test/bench/capacity.test.ts`: units are `ConsumedCapacity`, bytes those that stay.
 */
export const MEASURED = {
  measured_on: '2026-11-29',
  commit: 'a1ce6f636155',
  requests: {
    payment: {
      writes: 41,
      index_writes: 7,
      reads: 2,
      bytes: 6315,
    },
    read: {
      writes: 0,
      index_writes: 0,
      reads: 2,
      bytes: 0,
    },
    refund: {
      writes: 36,
      index_writes: 8,
      reads: 3,
      bytes: 5981,
    },
    authorization: {
      writes: 37,
      index_writes: 7,
      reads: 2,
      bytes: 5664,
    },
    capture: {
      writes: 32,
      index_writes: 8,
      reads: 3,
      bytes: 5779,
    },
    void: {
      writes: 28,
      index_writes: 8,
      reads: 3,
      bytes: 5054,
    },
  },
  postgres: {
    log_bytes: 8893,
    bytes: 6936,
  },
} as const;
