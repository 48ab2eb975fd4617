/**
 * What requests take of DynamoDB and a payment of PostgreSQL. Written by `npm run bench:capacity`, and held against another
 * measurement by `test/bench/capacity.test.ts`: units are `ConsumedCapacity`, bytes those that stay.
 */
export const MEASURED = {
  measured_on: '2026-12-01',
  commit: 'c6ec93c4d4a1',
  requests: {
    payment: {
      writes: 39,
      index_writes: 7,
      reads: 2,
      bytes: 5490,
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
      bytes: 5081,
    },
    authorization: {
      writes: 35,
      index_writes: 7,
      reads: 2,
      bytes: 4841,
    },
    capture: {
      writes: 32,
      index_writes: 8,
      reads: 3,
      bytes: 4879,
    },
    void: {
      writes: 28,
      index_writes: 8,
      reads: 3,
      bytes: 4154,
    },
  },
  postgres: {
    log_bytes: 8847,
    bytes: 7291,
  },
} as const;
