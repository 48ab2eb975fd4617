import { randomFillSync } from 'node:crypto';
import { v7 } from 'uuid';
import { idOf } from '../../domain/ids.ts';
import type { Instant } from '../../domain/instant.ts';
import type { Ids } from '../../ports/ids.ts';

/** UUIDv7 (RFC 9562): 48 bits of milliseconds, then randomness enough that two processes never agree. */
export const systemIds: Ids = {
  payment: (at) => idOf('pay', hex(at)),
  transaction: (at) => idOf('txn', hex(at)),
  event: (at) => idOf('evt', hex(at)),
  auditEntry: (at) => idOf('aud', hex(at)),
  change: (at) => hex(at),
};

const hex = (at: Instant): string => v7({ msecs: at, rng: sixteenBytes }).replaceAll('-', '');

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
