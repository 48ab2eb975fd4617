import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { idOf } from '../../domain/kernel/ids.ts';
import type { Instant } from '../../domain/kernel/instant.ts';
import type { Ids } from '../../ports/ids.ts';

/** Ids whose 32 hex digits come from `hex`, which makes each once, and later ones so that they sort behind. */
export const idsFrom = (hex: (at: Instant) => string): Ids => ({
  payment: (at) => idOf('pay', hex(at)),
  transaction: (at) => idOf('txn', hex(at)),
  event: (at) => idOf('evt', hex(at)),
  auditEntry: (at) => idOf('aud', hex(at)),
  ledgerEntry: (at) => idOf('led', hex(at)),
  customer: (at) => idOf('cus', hex(at)),
  paymentMethod: (at) => idOf('pm', hex(at)),
  transfer: (at) => idOf('trf', hex(at)),
  export: (at) => idOf('exp', hex(at)),
  exportSchedule: (at) => idOf('sch', hex(at)),
  job: (at) => idOf('job', hex(at)),
  reconciliation: (at) => idOf('rec', hex(at)),
  statementLine: (at) => idOf('stl', hex(at)),
  exception: (at) => idOf('exc', hex(at)),
  dispute: (at) => idOf('dsp', hex(at)),
  webhookEndpoint: (at) => idOf('we', hex(at)),
  change: (at) => hex(at),
});

/**
 * UUIDv7 (RFC 9562): 48 bits of milliseconds, a counter, then randomness enough that two processes never agree. What
 * one process makes within a millisecond sorts in the order it was made, so a payment's first event comes first.
 */
export const systemIds: Ids = idsFrom(hex);

function hex(at: Instant): string {
  const random = sixteenBytes();
  return v7({ msecs: at, seq: countAt(at, random), random }, made).toString('hex');
}

/** Where each is made before it is printed. */
const made = Buffer.alloc(16);

let countedAt: Instant | undefined;
let count = 0;

/** Starts each millisecond at a random place in the lower half of 32 bits, so that it never runs over. */
function countAt(at: Instant, [a = 0, b = 0, c = 0, d = 0]: Uint8Array): number {
  count = at === countedAt ? count + 1 : ((a & 0x7f) << 24) | (b << 16) | (c << 8) | d;
  countedAt = at;
  return count;
}

/** Asking the system for randomness costs the same for 16 bytes as for thousands, and a payment needs ten ids. */
const pool = new Uint8Array(8_192);
let used = pool.length;

function sixteenBytes(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}
