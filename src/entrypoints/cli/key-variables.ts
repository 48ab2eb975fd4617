import { z } from 'zod';
import type { KeySettings } from '../../composition/platform-settings.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Fault } from './faults.ts';

const KEY = /^([A-Za-z0-9_-]{1,64}):([A-Za-z0-9_-]{43})$/;

/** `id:secret` with commas between, each secret 32 bytes in base64url, the current one first. */
const keyRing = z
  .string()
  .transform((text) =>
    text.split(',').map((entry) => {
      const [, id = '', secret = ''] = KEY.exec(entry.trim()) ?? [];
      return { id, secret };
    }),
  )
  .refine(
    (keys) => keys.every(({ id }) => id !== ''),
    'must be id:key with commas between, as `paywright keys create` prints them',
  )
  .refine((keys) => new Set(keys.map(({ id }) => id)).size === keys.length, 'must not give two keys one id');

/** An alias may come to name another key while processes run that do not know of it. */
const kmsKey = z
  .string()
  .regex(
    /^(?:arn:[\w-]+:kms:[a-z0-9-]+:\d{12}:key\/)?(?:mrk-[0-9a-f]{32}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/,
    'must be the id or the ARN of a key of KMS, and no alias',
  );

/** Variables of the keys that guard what is kept encrypted, of which each may be absent. */
export const KEY_VARIABLES = {
  PAYWRIGHT_CUSTOMER_KEYS: keyRing
    .optional()
    .describe(
      "guard what is kept encrypted, the current key first; development keeps its own in the data directory's keys.json",
    ),
  KMS_KEY_ID: kmsKey
    .optional()
    .describe(
      'key of KMS that guards what is kept encrypted; PAYWRIGHT_CUSTOMER_KEYS beside it are those of before',
    ),
  KMS_INDEX_KEY_ID: z
    .string()
    .transform((text) => text.split(',').map((each) => each.trim()))
    .pipe(z.tuple([kmsKey], kmsKey))
    .optional()
    .describe(
      'HMAC keys of KMS under which customers are found by email, the current one first; goes with KMS_KEY_ID',
    ),
};

type Given = Readonly<{ [Name in keyof typeof KEY_VARIABLES]?: z.infer<(typeof KEY_VARIABLES)[Name]> }>;

/** Who keeps the keys: KMS, people, or a file of this installation. */
export function keysOf(given: Given, region: string, file: string): KeySettings {
  const { KMS_KEY_ID: keyId, KMS_INDEX_KEY_ID: indexKeyIds, PAYWRIGHT_CUSTOMER_KEYS: ring } = given;
  if (keyId !== undefined && indexKeyIds !== undefined)
    return { kind: 'kms', region, keyId, indexKeyIds, ...present({ former: ring }) };
  return ring === undefined ? { kind: 'file', file } : { kind: 'given', ring };
}

const KMS = ['KMS_KEY_ID', 'KMS_INDEX_KEY_ID'] as const;

/** Half of KMS: a key that wraps without one that indexes, or the other way round; and a key of another region than is asked. */
export function keyFaults(given: Given, region: string): readonly Fault[] {
  const set = KMS.filter((name) => given[name] !== undefined);
  const [one] = set;
  const missing = KMS.filter((name) => one !== undefined && given[name] === undefined);
  return [
    ...missing.map((name) => ({ name, says: `is needed with ${one}` })),
    ...set.flatMap((name) =>
      [given[name] ?? []]
        .flat()
        .map((id) => REGION.exec(id)?.[1] ?? region)
        .filter((other) => other !== region)
        .map((other) => ({
          name,
          says: `is a key in ${other}, and everything else is in ${region}: set AWS_REGION`,
        })),
    ),
  ];
}

const REGION = /^arn:[\w-]+:kms:([a-z0-9-]+):/;

/** What production refuses: a file. */
export const keyProductionFaults = (
  given: Given & Readonly<{ PAYWRIGHT_CUSTOMER_KEYS_ARN?: string | undefined }>,
): readonly Fault[] =>
  given.PAYWRIGHT_CUSTOMER_KEYS !== undefined ||
  given.PAYWRIGHT_CUSTOMER_KEYS_ARN !== undefined ||
  KMS.some((name) => given[name] !== undefined)
    ? []
    : [{ name: 'PAYWRIGHT_CUSTOMER_KEYS', says: 'is needed, or KMS_KEY_ID: key files are for development' }];
