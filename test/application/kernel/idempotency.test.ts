import { okAsync, ResultAsync } from 'neverthrow';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { idempotent, type Work } from '../../../src/application/kernel/idempotency.ts';
import type { StorageUnavailable } from '../../../src/ports/unavailable.ts';
import { aKey, aMerchantId, NOON, terms } from '../../fixtures/changes.ts';

/** A defect in a port: its promise is rejected, after a while. */
const rejected = <T>(words: string, afterMs: number): ResultAsync<T, StorageUnavailable> =>
  new ResultAsync(
    new Promise((_, reject) => {
      setTimeout(() => reject(new Error(words)), afterMs);
    }),
  );

const work = (context: () => ResultAsync<string, StorageUnavailable>): Work<string, StorageUnavailable> => ({
  context,
  start: () => okAsync({ response: 'done', replayed: false }),
  resume: () => okAsync({ response: 'resumed', replayed: false }),
  current: () => okAsync('current'),
});

describe('an idempotency key', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', note);
  });
  afterEach(() => {
    process.off('unhandledRejection', note);
  });

  it.each([
    ['the claim is rejected first', 1, 5],
    ['the context is rejected first', 5, 1],
    ['both are rejected at once', 1, 1],
  ])(
    'leaves no rejection without a handler when both of its reads are rejected and %s',
    async (_, claim, context) => {
      const used = idempotent(
        {
          claims: { find: () => rejected('claim', claim), due: () => okAsync([]) },
          clock: { now: () => NOON },
        },
        terms,
        {
          key: { merchantId: aMerchantId('merchant-a'), operation: 'process', key: aKey() },
          fingerprint: 'f',
          requestId: 'req-1',
        },
        work(() => rejected('context', context)),
      );
      await expect(used).rejects.toThrow(/^(claim|context)$/);
      await new Promise((resume) => setTimeout(resume, 20));
      expect(unhandled).toEqual([]);
    },
  );
});
