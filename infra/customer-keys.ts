import { Effect, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key, KeySpec, KeyUsage } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import type { KeyTerms } from './keys.ts';

/**
 * Keys that never leave KMS: `details` wraps customers' data keys, `index` makes what customers are found by. `formerArn` is the secret
 * with the ring of before, of a deployment that had one.
 */
export type CustomerKeys = Readonly<{ details: IKey; index: IKey; formerArn?: string }>;

/** `details` rotates every year; an HMAC key has one version for good. Deleting either deletes customers' details. */
export function customerKeys(
  scope: Construct,
  { name, removalPolicy, pendingWindow, rotationPeriod }: KeyTerms,
  formerArn: string | undefined,
): CustomerKeys & Readonly<{ index: Key }> {
  return {
    details: new Key(scope, 'CustomerDetails', {
      alias: `${name}-customer-details`,
      description: "Wraps the data keys of customers' details",
      enableKeyRotation: true,
      rotationPeriod,
      pendingWindow,
      removalPolicy,
    }),
    index: new Key(scope, 'CustomerIndex', {
      alias: `${name}-customer-index`,
      description: 'Makes the indexes by which customers are found',
      keySpec: KeySpec.HMAC_256,
      keyUsage: KeyUsage.GENERATE_VERIFY_MAC,
      pendingWindow,
      removalPolicy,
    }),
    ...(formerArn === undefined ? {} : { formerArn }),
  };
}

type KeyUse = 'seal' | 'open' | 'find';

/** Who asks the keys for what; functions that are not named ask nothing. Readiness, which `query` answers, tries all three. */
const KEY_USES: Readonly<Record<string, readonly KeyUse[]>> = {
  process: ['seal', 'open', 'find'],
  query: ['seal', 'open', 'find'],
  webhooks: ['open'],
  recovery: ['open'],
  jobs: ['open'],
  reconcile: ['open'],
};

const ACTIONS = { seal: 'kms:GenerateDataKey', open: 'kms:Decrypt', find: 'kms:GenerateMac' } as const;

/** A data key is made and opened for one tenant and record, whom the request has to name. */
const FOR_A_RECORD = {
  StringLike: { 'kms:EncryptionContext:tenant': '?*', 'kms:EncryptionContext:record': '?*' },
};

/** The rights of one function to the keys, and to the ring of before, which every function reads. */
export function customerKeyStatements(
  name: string,
  { details, index, formerArn }: CustomerKeys,
): readonly PolicyStatement[] {
  const uses = KEY_USES[name] ?? [];
  const sealing = uses.filter((use) => use !== 'find').map((use) => ACTIONS[use]);
  const statement = (actions: readonly string[], resource: string, conditions = {}) =>
    new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [resource], conditions });
  return [
    ...(sealing.length > 0 ? [statement(sealing, details.keyArn, FOR_A_RECORD)] : []),
    ...(uses.includes('find') ? [statement([ACTIONS.find], index.keyArn)] : []),
    ...(formerArn === undefined ? [] : [statement(['secretsmanager:GetSecretValue'], formerArn)]),
  ];
}

/** The settings that go with the keys. */
export const customerKeySettings = ({
  details,
  index,
  formerArn,
}: CustomerKeys): Readonly<Record<string, string>> => ({
  KMS_KEY_ID: details.keyArn,
  KMS_INDEX_KEY_ID: index.keyArn,
  ...(formerArn === undefined ? {} : { PAYWRIGHT_CUSTOMER_KEYS_ARN: formerArn }),
});
