import { z } from 'zod';
import { ROLES } from '../../domain/approvals/approver.ts';
import { type ApprovalPolicy, checkPolicy, type PolicyFault } from '../../domain/approvals/policy.ts';
import { fraudRulesIn, type UnboundRules } from './fraud-rules-text.ts';
import { jsonIn } from './json-in.ts';

/** Thousandths, read from the digits, so that 0.57 is 570 and 0.6999 is refused instead of rounded. */
export const fraudScore = z
  .string()
  .regex(/^(?:0(?:\.\d{1,3})?|1(?:\.0{1,3})?)$/, 'must be between 0 and 1, with up to three decimals')
  .transform((text) => {
    const [units = '0', decimals = ''] = text.split('.');
    return Number(units) * 1_000 + Number(decimals.padEnd(3, '0'));
  });

const SOURCE = /^[\x21-\x2b\x2d-\x7e]{1,256}$/;

export const eventSources = z
  .string()
  .transform((text) => text.split(',').map((source) => source.trim()))
  .refine(
    (sources) => sources.every((source) => SOURCE.test(source)),
    'must be names of event sources, with commas between',
  );

/** Claims that many people share, or that change with every token: they would make all people one, or each several. */
const NO_PERSONS = ['iss', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'scope', 'client_id', 'token_use'];

export const personClaim = z
  .string()
  .regex(/^[\x21-\x7e]{1,128}$/, 'must be the name of a claim')
  .refine((name) => !NO_PERSONS.includes(name), 'must be a claim that names one person');

const role = z.enum(ROLES);

const tier = z.strictObject({
  upToCents: z.int().min(0).optional(),
  approvals: z.int().min(1).max(10),
  roles: z.array(role).min(1),
  including: z.array(role).optional(),
});

const policy = z.strictObject({ tiers: z.array(tier).min(1).max(20), flagged: z.array(role).optional() });

const FAULTS: Readonly<Record<PolicyFault, string>> = {
  no_tiers: 'must have tiers',
  tiers_not_ascending: 'must have tiers by ascending upToCents, all but the last with one',
  last_tier_bounded: 'must end with a tier without upToCents, for all amounts above',
  no_approvals: 'must ask for at least one approval in each tier',
  nobody_allowed: 'must let dispatchers or admins approve in each tier',
  included_not_allowed: 'must allow, in each tier, the roles that including and flagged ask for',
};

/** `{"tiers": [{"upToCents", "approvals", "roles", "including"}, …], "flagged": […]}`; flagged payments need an admin. */
export const approvalPolicy = z.string().transform((text, context): ApprovalPolicy => {
  const fault = (message: string) => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const json = jsonIn(text);
  if (json.isErr() && json.error.length > 0) return fault(json.error.join('; '));
  const parsed = policy.safeParse(json.unwrapOr(undefined));
  if (!parsed.success)
    return fault(
      'must be JSON such as {"tiers":[{"upToCents":500000,"approvals":1,"roles":["dispatcher","admin"]},{"approvals":2,"roles":["dispatcher","admin"],"including":["admin"]}],"flagged":["admin"]}',
    );
  const { tiers, flagged = ['admin'] } = parsed.data;
  return checkPolicy({
    flagged,
    tiers: tiers.map(({ upToCents, approvals, roles, including = [] }) => ({
      ...(upToCents === undefined ? {} : { upToCents: BigInt(upToCents) }),
      approvals,
      roles,
      including,
    })),
  }).match(
    (checked) => checked,
    ({ fault: kind }) => fault(FAULTS[kind]),
  );
});

/** As `paywright fraud try` reads them from a file. */
export const fraudRules = z.string().transform(
  (text, context): UnboundRules =>
    fraudRulesIn(text).match(
      (rules) => rules,
      (faults) => {
        context.addIssue({ code: 'custom', message: faults.join('; ') });
        return z.NEVER;
      },
    ),
);
