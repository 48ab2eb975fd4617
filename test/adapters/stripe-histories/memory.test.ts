import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { memoryStorage } from '../../../src/adapters/memory/storage.ts';
import { ATTENTION_REASONS } from '../../../src/domain/payments/attention.ts';
import { trying } from '../../domain/arbitraries.ts';
import { hasStripeDescription } from '../../support/aws-emulators.ts';
import { aHistory, ENDED_WRONGLY } from './history.ts';
import { type End, played } from './world.ts';

const HISTORIES = 200;

describe.runIf(hasStripeDescription())(
  'Payments on Stripe, which answers late, twice, wrongly or never',
  () => {
    it('end as Stripe has them, or in attention with the reason, whatever went wrong in whatever order', async () => {
      const ends = new Map<End, number>();
      await fc.assert(
        fc.asyncProperty(aHistory, async (history) => {
          const end = await played(history, () => Promise.resolve(memoryStorage()));
          ends.set(end, (ends.get(end) ?? 0) + 1);
        }),
        { ...trying(HISTORIES), examples: ENDED_WRONGLY.map((history) => [history]) },
      );
      console.log(`histories on Stripe: ${[...ends].map(([end, count]) => `${end} ${count}`).join(', ')}`);
      const questioned = ATTENTION_REASONS.filter((reason) => ends.has(reason));
      expect(questioned).not.toEqual([]);
      expect(ends.get('succeeded')).toBeGreaterThan(0);
    });
  },
);
