import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { defaultFraudRules, type FraudRules } from '../../domain/approvals/fraud-rules.ts';
import { parseUuid, type VendorId } from '../../domain/approvals/ids.ts';
import { faultsOf, parsedBy } from '../http/server/body-input.ts';
import { jsonIn } from './json-in.ts';

const HOUR = 3_600_000;
const MOST_VENDORS = 10_000;

const points = z.int('must be whole').min(0).max(1_000);
const worth = z.strictObject({ points });
const hours = z
  .int()
  .min(1)
  .max(24 * 366);
const vendors = z
  .array(
    z.string().transform((text, context) => {
      const id = parseUuid<VendorId>(text);
      if (id !== undefined) return id;
      context.addIssue({ code: 'custom', message: 'must be a UUID' });
      return z.NEVER;
    }),
  )
  .max(MOST_VENDORS);

const fraudRules = z.strictObject({
  version: z
    .string()
    .regex(/^[\w.-]{1,64}$/, 'must be 1 to 64 letters, digits, points, hyphens or underscores'),
  aboveHistory: z
    .array(z.strictObject({ times: z.int().min(1).max(1_000_000), points }))
    .max(20)
    .optional(),
  leastHistory: z.int().min(1).max(100).optional(),
  velocity: worth.extend({ windowHours: hours, most: z.int().min(1).max(100) }).optional(),
  duplicate: worth.extend({ windowHours: hours }).optional(),
  newPayee: worth.optional(),
  roundAmount: worth.extend({ ofCents: z.int().min(1) }).optional(),
  underBound: worth.extend({ percent: z.int().min(0).max(100) }).optional(),
  block: vendors.optional(),
  allow: vendors.optional(),
  outcomes: z
    .strictObject({ blockAfter: z.int().min(1).max(100), allowAfter: z.int().min(1).max(100) })
    .optional(),
});

/** Rules as they are sent in, without the bounds that only the approval policy knows. */
export type UnboundRules = Readonly<{ boundBy(bounds: readonly bigint[]): FraudRules }>;

/** In force where none are set. */
export const DEFAULT_RULES: UnboundRules = { boundBy: defaultFraudRules };

/** Rules from JSON; what is left out is as by default. An Err says every fault in words. */
export function fraudRulesIn(text: string): Result<UnboundRules, readonly string[]> {
  const json = jsonIn(text);
  if (json.isErr())
    return err(
      json.error.length === 0
        ? ['must be JSON such as {"version": "2026-12-01", "newPayee": {"points": 200}}']
        : json.error,
    );
  const parsed = parsedBy(fraudRules, json.value);
  if (!parsed.success)
    return err(
      faultsOf(parsed.error).map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': ')),
    );
  const given = parsed.data;
  return ok({ boundBy: (bounds) => merged(given, defaultFraudRules(bounds)) });
}

function merged(given: z.output<typeof fraudRules>, usual: FraudRules): FraudRules {
  const { aboveHistory, velocity, duplicate, roundAmount, underBound } = given;
  return {
    version: given.version,
    block: given.block ?? usual.block,
    allow: given.allow ?? usual.allow,
    outcomes: given.outcomes ?? usual.outcomes,
    leastHistory: given.leastHistory ?? usual.leastHistory,
    newPayee: given.newPayee ?? usual.newPayee,
    aboveHistory:
      aboveHistory?.map(({ times, points: worthOf }) => ({ times: BigInt(times), points: worthOf })) ??
      usual.aboveHistory,
    velocity: velocity
      ? { windowMs: velocity.windowHours * HOUR, most: velocity.most, points: velocity.points }
      : usual.velocity,
    duplicate: duplicate
      ? { windowMs: duplicate.windowHours * HOUR, points: duplicate.points }
      : usual.duplicate,
    roundAmount: roundAmount
      ? { of: BigInt(roundAmount.ofCents), points: roundAmount.points }
      : usual.roundAmount,
    underBound: underBound
      ? { ...usual.underBound, percent: BigInt(underBound.percent), points: underBound.points }
      : usual.underBound,
  };
}
