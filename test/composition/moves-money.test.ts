import { describe, expect, it } from 'vitest';
import { movesMoney } from '../../src/composition/processors.ts';

const under = (secretKey: string) => ({ secretKey });

describe('whether charges and payouts move money', () => {
  it.each([
    ['the simulator alone', [undefined, undefined], false],
    ['Stripe under a key for tests', [under('sk_test_1234'), undefined], false],
    ['Stripe under a restricted key for tests', [under('rk_test_1234'), under('rk_test_1234')], false],
    ['Stripe under a live key', [under('sk_live_1234'), undefined], true],
    ['Stripe under a restricted live key', [under('rk_live_1234'), undefined], true],
    ['payouts alone under a live key', [under('sk_test_1234'), under('sk_live_1234')], true],
    ['a key whose kind is not known', [under('something_else'), undefined], true],
  ] as const)('is told of %s', (_, accounts, moves) => {
    expect(movesMoney(...accounts)).toBe(moves);
  });
});
