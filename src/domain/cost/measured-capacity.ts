/**
 * What requests take of DynamoDB and a payment of PostgreSQL. Written by `npm run bench:capacity`, and held against another
 * measurement by `test/bench/capacity.test.ts`: units are `ConsumedCapacity`, bytes those that stay.
 */
export const MEASURED = {
  measured_on: '2026-11-30',
  commit: '40587ef1cd81',
  requests: {
    payment: {
      writes: 43,
      index_writes: 7,
      reads: 2,
      bytes: 6475,
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
      writes: 39,
      index_writes: 7,
      reads: 2,
      bytes: 5823,
    },
    capture: {
      writes: 32,
      index_writes: 8,
      reads: 3,
      bytes: 5778,
    },
    void: {
      writes: 28,
      index_writes: 8,
      reads: 3,
      bytes: 5054,
    },
  },
  postgres: {
    log_bytes: 8862,
    bytes: 7346,
  },
} as const;
