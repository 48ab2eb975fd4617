import { z } from 'zod';
import type { StripeSecrets } from './stripe-secrets.ts';

const csv = z.string().transform((text) => text.split(',').map((each) => each.trim()));
const whole = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a whole number')
  .transform(Number);
const flag = z.enum(['true', 'false'], 'must be true or false').transform((text) => text === 'true');

const secretArn = z
  .string()
  .regex(/^arn:[\w-]+:secretsmanager:/, 'must be the ARN of a Secrets Manager secret')
  .optional();

const CONTEXT = z.strictObject({
  stage: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,15}$/, 'must have up to 16 lower-case letters, digits and dashes')
    .default('production'),
  alarmEmail: z.email('must be an e-mail address').optional(),
  domain: z
    .string()
    .regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'must be a domain name such as pay.example.com')
    .optional(),
  certificateArn: z
    .string()
    .regex(/^arn:[\w-]+:acm:/, 'must be the ARN of an ACM certificate')
    .optional(),
  vpcId: z
    .string()
    .regex(/^vpc-[0-9a-f]+$/, 'must be the id of a VPC')
    .optional(),
  vpcZones: csv.optional(),
  vpcPrivateSubnets: csv.optional(),
  customerKeysArn: secretArn,
  stripeSecretArn: secretArn,
  stripeWebhookSecretArn: secretArn,
  stripeVendorAccountsArn: secretArn,
  keepData: flag.default(true),
  highlyAvailable: flag.default(true),
  leastCapacity: whole.refine((units) => units >= 1, 'must be at least 1').default(2),
  mostCapacity: whole.refine((units) => units <= 256, 'must be at most 256').default(16),
});

/**
 * What one deployment is, as `cdk -c name=value` says it. `leastCapacity` and `mostCapacity` are Aurora's capacity units of
 * 2 GiB. Without `keepData` a destroyed stack takes its tables, files and keys with it.
 */
export type DeploymentSettings = Readonly<{
  stage: string;
  alarmEmail?: string;
  domain?: Readonly<{ name: string; certificateArn: string }>;
  vpc?: Readonly<{ id: string; zones: readonly string[]; privateSubnets: readonly string[] }>;
  /** The ring that guarded customers before their keys were in KMS. */
  customerKeysArn?: string;
  stripe?: StripeSecrets;
  keepData: boolean;
  highlyAvailable: boolean;
  leastCapacity: number;
  mostCapacity: number;
}>;

/** Names that `deploymentSettings` reads. */
export const CONTEXT_NAMES: readonly string[] = Object.keys(CONTEXT.shape);

/** Throws one `Error` that names every fault. */
export function deploymentSettings(context: Readonly<Record<string, unknown>>): DeploymentSettings {
  const parsed = CONTEXT.safeParse(context);
  if (!parsed.success)
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `-c ${String(path[0])}: ${message}`).join('\n'),
    );
  const {
    alarmEmail,
    customerKeysArn,
    stripeSecretArn,
    stripeWebhookSecretArn,
    stripeVendorAccountsArn,
    domain,
    certificateArn,
    vpcId,
    vpcZones,
    vpcPrivateSubnets,
    ...rest
  } = parsed.data;
  const vpc = together({ vpcId, vpcZones, vpcPrivateSubnets });
  const address = together({ domain, certificateArn });
  if (rest.leastCapacity > rest.mostCapacity)
    throw new Error('-c leastCapacity: must not be above mostCapacity');
  for (const [name, arn] of Object.entries({ stripeWebhookSecretArn, stripeVendorAccountsArn }))
    if (arn !== undefined && stripeSecretArn === undefined)
      throw new Error(`-c ${name}: goes with stripeSecretArn`);
  return {
    ...rest,
    ...(alarmEmail === undefined ? {} : { alarmEmail }),
    ...(customerKeysArn === undefined ? {} : { customerKeysArn }),
    ...(stripeSecretArn === undefined
      ? {}
      : {
          stripe: {
            keyArn: stripeSecretArn,
            ...(stripeWebhookSecretArn === undefined ? {} : { webhookArn: stripeWebhookSecretArn }),
            ...(stripeVendorAccountsArn === undefined ? {} : { vendorAccountsArn: stripeVendorAccountsArn }),
          },
        }),
    ...(address === undefined
      ? {}
      : { domain: { name: address.domain, certificateArn: address.certificateArn } }),
    ...(vpc === undefined
      ? {}
      : { vpc: { id: vpc.vpcId, zones: vpc.vpcZones, privateSubnets: vpc.vpcPrivateSubnets } }),
  };
}

type All<Given> = { readonly [Name in keyof Given]: NonNullable<Given[Name]> };

/** All of them or none. */
function together<Given extends Readonly<Record<string, unknown>>>(given: Given): All<Given> | undefined {
  const missing = Object.keys(given).filter((name) => given[name] === undefined);
  if (missing.length === Object.keys(given).length) return undefined;
  if (missing.length > 0)
    throw new Error(missing.map((name) => `-c ${name}: is needed with the others`).join('\n'));
  return given as All<Given>;
}
