import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/domain/approvals/approver.ts';
import { awaitedBy, DEFAULT_POLICY } from '../../../src/domain/approvals/policy.ts';
import { money } from '../../../src/domain/kernel/money.ts';

const waiting = (cents: bigint, flagged = false) => ({ amount: money(cents, 'USD'), flagged });
const given = (...roles: readonly Role[]) => roles.map((role) => ({ roles: [role] }));

describe('whose approvals a payment to a vendor waits for', () => {
  it.each([
    [
      'any one for a small amount',
      waiting(500_000n),
      [],
      { tier: 0, approvals: 1, roles: ['dispatcher', 'admin'] },
    ],
    [
      'an admin where it is flagged',
      waiting(500_000n, true),
      [],
      { tier: 0, approvals: 1, roles: ['admin'] },
    ],
    [
      'two for a large amount',
      waiting(500_001n),
      [],
      { tier: 1, approvals: 2, roles: ['dispatcher', 'admin'] },
    ],
    [
      'the admin who is left once a dispatcher has approved it',
      waiting(500_001n),
      given('dispatcher'),
      { tier: 1, approvals: 1, roles: ['admin'] },
    ],
    [
      'either role once an admin has approved it',
      waiting(500_001n),
      given('admin'),
      { tier: 1, approvals: 1, roles: ['dispatcher', 'admin'] },
    ],
    ['none once it has all', waiting(1n), given('admin'), { tier: 0, approvals: 0, roles: [] }],
  ] as const)('are %s', (_, payment, approvals, awaited) => {
    expect(awaitedBy(DEFAULT_POLICY, payment, approvals)).toEqual(awaited);
  });
});
