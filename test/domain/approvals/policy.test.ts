import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Role } from '../../../src/domain/approvals/approver.ts';
import {
  type ApprovalPolicy,
  type ApprovalTier,
  approvalsMissing,
  checkPolicy,
  DEFAULT_POLICY,
  rolesAwaited,
  tierFor,
} from '../../../src/domain/approvals/policy.ts';
import { money } from '../../../src/domain/kernel/money.ts';

const usd = (cents: bigint) => money(cents, 'USD');
const tier = (parts: Partial<ApprovalTier> = {}): ApprovalTier => ({
  approvals: 1,
  roles: ['dispatcher', 'admin'],
  including: [],
  ...parts,
});
const policy = (...tiers: readonly ApprovalTier[]): ApprovalPolicy => ({ tiers, flagged: ['admin'] });
const given = (...roles: readonly Role[]) => roles.map((role) => ({ roles: [role] }));

describe('an approval policy', () => {
  it('has a tier for every amount, bounds included', () => {
    const { tiers } = DEFAULT_POLICY;
    for (const cents of [1n, 499_999n, 500_000n]) expect(tierFor(DEFAULT_POLICY, usd(cents))).toBe(tiers[0]);
    for (const cents of [500_001n, 9_007_199_254_740_991n])
      expect(tierFor(DEFAULT_POLICY, usd(cents))).toBe(tiers[1]);
  });

  it('gives an amount in a currency that its bounds are not in to the tier for all amounts above', () => {
    for (const currency of ['JPY', 'KWD', 'EUR'] as const)
      expect(tierFor(DEFAULT_POLICY, money(1n, currency))).toBe(DEFAULT_POLICY.tiers[1]);
  });

  it('says how many are missing, and who could help', () => {
    const small = { amount: usd(1n), flagged: false };
    const large = { amount: usd(500_001n), flagged: false };
    const flagged = { amount: usd(1n), flagged: true };
    const cases = [
      [small, [], 1, ['dispatcher', 'admin']],
      [small, ['dispatcher'], 0, []],
      [large, [], 2, ['dispatcher', 'admin']],
      [large, ['dispatcher'], 1, ['admin']],
      [large, ['admin'], 1, ['dispatcher', 'admin']],
      [large, ['dispatcher', 'dispatcher'], 1, ['admin']],
      [large, ['dispatcher', 'admin'], 0, []],
      [flagged, [], 1, ['admin']],
      [flagged, ['dispatcher'], 1, ['admin']],
      [flagged, ['admin'], 0, []],
    ] as const;
    for (const [payment, roles, missing, awaited] of cases) {
      expect(approvalsMissing(DEFAULT_POLICY, payment, given(...roles))).toBe(missing);
      expect(rolesAwaited(DEFAULT_POLICY, payment, given(...roles))).toEqual(awaited);
    }
  });

  it.each([
    ['no_tiers', policy(), 0],
    ['last_tier_bounded', policy(tier({ upToCents: 5n })), 0],
    ['tiers_not_ascending', policy(tier({ upToCents: 5n }), tier({ upToCents: 5n }), tier()), 1],
    ['tiers_not_ascending', policy(tier(), tier()), 0],
    ['tiers_not_ascending', policy(tier({ upToCents: -1n }), tier()), 0],
    ['no_approvals', policy(tier({ approvals: 0 })), 0],
    ['no_approvals', policy(tier({ approvals: 1.5 })), 0],
    ['nobody_allowed', policy(tier({ upToCents: 5n }), tier({ roles: ['vendor'] })), 1],
    ['included_not_allowed', policy(tier({ roles: ['dispatcher'], including: ['admin'] })), 0],
    ['included_not_allowed', policy(tier({ roles: ['dispatcher'] })), 0],
  ] as const)('is refused for %s', (fault, refused, at) => {
    expect(checkPolicy(refused)._unsafeUnwrapErr()).toEqual({ kind: 'PolicyInvalid', fault, tier: at });
  });

  it('of any sound kind is met in the end by people it awaits, and not sooner', () => {
    expect(checkPolicy(DEFAULT_POLICY)._unsafeUnwrap()).toBe(DEFAULT_POLICY);
    const roles = fc.constantFrom<readonly Role[]>(['admin'], ['dispatcher', 'admin']);
    const tiers = fc.record({
      approvals: fc.integer({ min: 1, max: 4 }),
      roles,
      including: fc.constantFrom<readonly Role[]>([], ['admin']),
    });
    fc.assert(
      fc.property(
        tiers,
        fc.boolean(),
        fc.array(fc.nat(), { minLength: 8, maxLength: 8 }),
        (last, flagged, picks) => {
          const sound = checkPolicy(policy(last))._unsafeUnwrap();
          const payment = { amount: usd(1n), flagged };
          const people: { roles: readonly Role[] }[] = [];
          while (approvalsMissing(sound, payment, people) > 0) {
            const missing = approvalsMissing(sound, payment, people);
            const awaited = rolesAwaited(sound, payment, people);
            const role = awaited[(picks[people.length] ?? 0) % awaited.length];
            if (role === undefined) throw new Error('nobody could help');
            people.push({ roles: [role] });
            expect(approvalsMissing(sound, payment, people)).toBe(missing - 1);
          }
          expect(people).toHaveLength(last.approvals);
        },
      ),
    );
  });
});
