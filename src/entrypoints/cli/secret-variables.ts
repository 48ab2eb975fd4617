import { z } from 'zod';
import type { Fault } from './faults.ts';

/** As long as the digests of what it signs (RFC 7518, section 3.2). */
export const isLongEnough = (secret: string): boolean => Buffer.byteLength(secret) >= 32;

const ARN = /^arn:[\w-]+:secretsmanager:([a-z0-9-]+):\d{12}:secret:[\w/+=.@-]{1,512}$/;

const secretArn = z.string().regex(ARN, 'must be the ARN of a Secrets Manager secret');

/** Variables that name a secret in place of holding it, of which each may be absent. */
export const SECRET_VARIABLES = {
  JWT_SECRET_ARN: secretArn
    .optional()
    .describe(
      'secret of Secrets Manager that holds JWT_SECRET, and may rotate while processes run: tokens of AWSCURRENT and AWSPREVIOUS are taken',
    ),
  PAYWRIGHT_SECRET_ARN: secretArn
    .optional()
    .describe('secret of Secrets Manager that holds PAYWRIGHT_SECRET; read at start'),
  PAYWRIGHT_CUSTOMER_KEYS_ARN: secretArn
    .optional()
    .describe('secret of Secrets Manager that holds PAYWRIGHT_CUSTOMER_KEYS; read at start'),
  STRIPE_SECRET_ARN: secretArn
    .optional()
    .describe('secret of Secrets Manager that holds STRIPE_SECRET_KEY; read at start'),
  STRIPE_WEBHOOK_SECRET_ARN: secretArn
    .optional()
    .describe('secret of Secrets Manager that holds STRIPE_WEBHOOK_SECRET; read at start'),
  STRIPE_VENDOR_ACCOUNTS_ARN: secretArn
    .optional()
    .describe(
      'secret of Secrets Manager that holds, in 64 KB, what the file STRIPE_VENDOR_ACCOUNTS would; read again for each payout',
    ),
};

/** Each secret that can be kept elsewhere: the setting that names it, and the one that holds it. */
export const SECRET_SETTINGS = [
  { arn: 'JWT_SECRET_ARN', text: 'JWT_SECRET' },
  { arn: 'PAYWRIGHT_SECRET_ARN', text: 'PAYWRIGHT_SECRET' },
  { arn: 'PAYWRIGHT_CUSTOMER_KEYS_ARN', text: 'PAYWRIGHT_CUSTOMER_KEYS' },
  { arn: 'STRIPE_SECRET_ARN', text: 'STRIPE_SECRET_KEY' },
  { arn: 'STRIPE_WEBHOOK_SECRET_ARN', text: 'STRIPE_WEBHOOK_SECRET' },
] as const;

/** Read while processes run, and not before they start. */
export const READ_LATER = { arn: 'STRIPE_VENDOR_ACCOUNTS_ARN', text: 'STRIPE_VENDOR_ACCOUNTS' } as const;

/** Of the secrets that hold a setting's text. */
export type SecretArnName = (typeof SECRET_SETTINGS)[number]['arn'];
type Environment = Readonly<Record<string, string | undefined>>;
type Given = Readonly<{ [Name in keyof typeof SECRET_VARIABLES]?: string | undefined }>;

/** The setting that people look at for the text in `name`. */
export const settingOf = (given: Given, name: string): string =>
  SECRET_SETTINGS.find(({ arn, text }) => text === name && given[arn] !== undefined)?.arn ?? name;

/** A secret that is held and named, in `env` as it was set; and one of another region than is asked. */
export const secretArnFaults = (given: Given, env: Environment, region: string): readonly Fault[] =>
  [...SECRET_SETTINGS, READ_LATER].flatMap(({ arn, text }) => {
    const home = ARN.exec(given[arn] ?? '')?.[1] ?? region;
    return [
      ...(given[arn] !== undefined && env[text] !== undefined
        ? [{ name: arn, says: `cannot be used beside ${text}` }]
        : []),
      ...(home === region
        ? []
        : [
            {
              name: arn,
              says: `is a secret in ${home}, and everything else is in ${region}: set AWS_REGION`,
            },
          ]),
    ];
  });

/** One secret of Secrets Manager, and the setting that names it. */
export type NamedSecret = Readonly<{ name: string; secretArn: string; region: string }>;

/** All that are named, the database's login among them. */
export const secretsOf = (
  given: Given & Readonly<{ AURORA_SECRET_ARN?: string | undefined }>,
  region: string,
): readonly NamedSecret[] =>
  ([...SECRET_SETTINGS.map(({ arn }) => arn), READ_LATER.arn, 'AURORA_SECRET_ARN'] as const).flatMap(
    (name) => {
      const secretArn = given[name];
      return secretArn === undefined ? [] : [{ name, secretArn, region }];
    },
  );
