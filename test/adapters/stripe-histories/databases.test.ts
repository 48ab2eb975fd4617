import fc from 'fast-check';
import { afterAll, describe, inject, it } from 'vitest';
import { trying } from '../../domain/arbitraries.ts';
import { hasStripeDescription } from '../../support/aws-emulators.ts';
import { everyStorage } from '../../support/every-storage.ts';
import { aHistory } from './history.ts';
import { played } from './world.ts';

const HISTORIES = 10;

const { kinds, close } = await everyStorage(inject('postgresUrl'));
afterAll(close);

describe.runIf(hasStripeDescription())(
  'Payments on Stripe, which answers late, twice, wrongly or never',
  () => {
    it.each(kinds.filter(({ name }) => name !== 'memory'))(
      'end as Stripe has them, or in attention with the reason, on $name',
      async ({ open }) => {
        await fc.assert(
          fc.asyncProperty(aHistory, async (history) => void (await played(history, open))),
          trying(HISTORIES),
        );
      },
    );
  },
);
