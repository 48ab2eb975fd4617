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

const hex = (at: Instant): string => v7({ msecs: at }).replaceAll('-', '');
