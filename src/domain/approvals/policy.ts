import { err, ok, type Result } from 'neverthrow';
import type { Money } from '../kernel/money.ts';
import { hasRole, type Role } from './approver.ts';
import { CURRENCY } from './vendor-payment-order.ts';

/** Who must approve amounts up to and with `upToCents`, in USD; without it, all amounts above the tier before. */
export type ApprovalTier = Readonly<{
  upToCents?: bigint;
  /** How many different people. */
  approvals: number;
  /** Each of them must hold one of these. */
  roles: readonly Role[];
  /** For each of these, one among them must hold it. */
  including: readonly Role[];
}>;

/** Tiers by ascending amount; the last has no bound. `flagged` names who must be among a flagged payment's approvers. */
export type ApprovalPolicy = Readonly<{ tiers: readonly ApprovalTier[]; flagged: readonly Role[] }>;

export const DEFAULT_POLICY: ApprovalPolicy = {
  tiers: [
    { upToCents: 500_000n, approvals: 1, roles: ['dispatcher', 'admin'], including: [] },
    { approvals: 2, roles: ['dispatcher', 'admin'], including: ['admin'] },
  ],
  flagged: ['admin'],
};

/** The amounts up to which fewer people are asked; just under them is where a fraud would keep. */
export const boundsOf = ({ tiers }: ApprovalPolicy): readonly bigint[] =>
  tiers.flatMap(({ upToCents }) => upToCents ?? []);

export type PolicyFault =
  | 'no_tiers'
  | 'tiers_not_ascending'
  | 'last_tier_bounded'
  | 'no_approvals'
  | 'nobody_allowed'
  | 'included_not_allowed';

/** `tier` is its place in the list, from 0. */
export type PolicyInvalid = Readonly<{ kind: 'PolicyInvalid'; fault: PolicyFault; tier: number }>;

/** A policy under which every payment has a tier, needs an approver, and can be approved by those it allows. */
export function checkPolicy(policy: ApprovalPolicy): Result<ApprovalPolicy, PolicyInvalid> {
  const { tiers, flagged } = policy;
  if (tiers.length === 0) return err({ kind: 'PolicyInvalid', fault: 'no_tiers', tier: 0 });
  for (const [index, tier] of tiers.entries()) {
    const fault = faultIn(tier, tiers[index - 1]?.upToCents ?? -1n, index === tiers.length - 1, flagged);
    if (fault !== undefined) return err({ kind: 'PolicyInvalid', fault, tier: index });
  }
  return ok(policy);
}

function faultIn(
  { upToCents, approvals, roles, including }: ApprovalTier,
  below: bigint,
  isLast: boolean,
  flagged: readonly Role[],
): PolicyFault | undefined {
  if (isLast && upToCents !== undefined) return 'last_tier_bounded';
  if (!isLast && (upToCents === undefined || upToCents <= below)) return 'tiers_not_ascending';
  if (!Number.isSafeInteger(approvals) || approvals < 1) return 'no_approvals';
  if (!hasRole({ roles }, ['dispatcher', 'admin'])) return 'nobody_allowed';
  return [...including, ...flagged].every((role) => roles.includes(role))
    ? undefined
    : 'included_not_allowed';
}

/** No bound is met by an amount that is not in the bounds' own currency: it falls to the tier that has none. */
export function tierFor({ tiers }: ApprovalPolicy, { minorUnits, currency }: Money): ApprovalTier {
  const tier = tiers.find(
    ({ upToCents }) => upToCents === undefined || (currency === CURRENCY && minorUnits <= upToCents),
  );
  if (tier === undefined) throw new Error('an approval policy without a tier for every amount');
  return tier;
}

/** How many approvals a payment still lacks, at the least; 0: it is approved. */
export function approvalsMissing(
  policy: ApprovalPolicy,
  payment: Readonly<{ amount: Money; flagged: boolean }>,
  given: readonly Readonly<{ roles: readonly Role[] }>[],
): number {
  const { approvals, including } = tierFor(policy, payment.amount);
  const needed = new Set([...including, ...(payment.flagged ? policy.flagged : [])]);
  const absent = [...needed].filter((role) => !given.some(({ roles }) => roles.includes(role)));
  return Math.max(approvals - given.length, absent.length, 0);
}

/** Who could bring the payment nearer to being approved. */
export function rolesAwaited(
  policy: ApprovalPolicy,
  payment: Readonly<{ amount: Money; flagged: boolean }>,
  given: readonly Readonly<{ roles: readonly Role[] }>[],
): readonly Role[] {
  const missing = approvalsMissing(policy, payment, given);
  return tierFor(policy, payment.amount).roles.filter(
    (role) => approvalsMissing(policy, payment, [...given, { roles: [role] }]) < missing,
  );
}

/** What a payment waits for under a policy: `tier` is its place in the list, from 0. */
export type Awaited = Readonly<{ tier: number; approvals: number; roles: readonly Role[] }>;

/** Whose approvals a payment that has these still lacks. */
export const awaitedBy = (
  policy: ApprovalPolicy,
  payment: Readonly<{ amount: Money; flagged: boolean }>,
  given: readonly Readonly<{ roles: readonly Role[] }>[],
): Awaited => ({
  tier: policy.tiers.indexOf(tierFor(policy, payment.amount)),
  approvals: approvalsMissing(policy, payment, given),
  roles: rolesAwaited(policy, payment, given),
});
