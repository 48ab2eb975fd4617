import { describe, expect, it } from 'vitest';
import type { AskedCalls } from '../support/asked-calls.ts';
import asked from './asked-calls.json' with { type: 'json' };
import { FUNCTION_NAMES, resourcesOf, type Synthesized, synthesized, theResource } from './synthesized.ts';

type Statement = Readonly<{
  Action: string | readonly string[];
  Resource: unknown;
  Condition?: Readonly<Record<string, unknown>>;
}>;

function statementsOf(name: string, of?: Synthesized): readonly Statement[] {
  const templates = of === undefined ? [] : Object.values(of.templates);
  const [policy] = resourcesOf('AWS::IAM::Policy', ...templates).filter(({ Properties }) =>
    JSON.stringify(Properties['Roles']).includes(`"${name.replaceAll('-', '')}role`),
  );
  return (
    (policy?.Properties['PolicyDocument'] as { Statement: readonly Statement[] } | undefined)?.Statement ?? []
  );
}

/** Rights to a key that is asked by the function itself, not by a service on its behalf. */
const rights = (name: string, key: string) =>
  statementsOf(name).filter(
    ({ Resource, Condition }) =>
      JSON.stringify(Resource).includes(key) && !JSON.stringify(Condition ?? {}).includes('kms:ViaService'),
  );

const variablesOf = (name: string) =>
  (
    theResource('AWS::Lambda::Function', { FunctionName: `paywright-production-${name}` }).Properties[
      'Environment'
    ] as { Variables: Readonly<Record<string, unknown>> }
  ).Variables;

/**
 * What no run asks: `process` has sealed itself what it opens, so that its cache of data keys has them, `recovery` opens a stored
 * method only for a charge that it sends again, and jobs a merchant's config only for a payment that has ended and is compared.
 */
const UNHEARD: Readonly<Record<string, readonly string[]>> = {
  process: ['kms:Decrypt customerDetails'],
  recovery: ['kms:Decrypt customerDetails'],
  jobs: ['kms:Decrypt customerDetails'],
  reconcile: ['kms:Decrypt customerDetails'],
};

const RUN = FUNCTION_NAMES.filter((name) => name !== 'token-claims');

describe('Customers’ keys', () => {
  it('are in KMS: one that wraps and rotates, one that indexes, both to be had back for 30 days', () => {
    expect(theResource('AWS::KMS::Key', { KeySpec: 'HMAC_256' })).toMatchObject({
      Properties: { KeyUsage: 'GENERATE_VERIFY_MAC', PendingWindowInDays: 30 },
      DeletionPolicy: 'Retain',
    });
    expect(
      theResource('AWS::KMS::Key', { Description: "Wraps the data keys of customers' details" }),
    ).toMatchObject({
      Properties: { EnableKeyRotation: true, PendingWindowInDays: 30 },
      DeletionPolicy: 'Retain',
    });
  });

  it.each(RUN)('are named in the settings of %s, and no secret stands in them', (name) => {
    const variables = variablesOf(name);
    expect(variables).toMatchObject({ KMS_KEY_ID: {}, KMS_INDEX_KEY_ID: {}, PAYWRIGHT_SECRET_ARN: {} });
    expect(JSON.stringify(variables)).not.toContain('{{resolve:secretsmanager');
    expect(Object.keys(variables)).not.toContain('PAYWRIGHT_SECRET');
    expect(Object.keys(variables)).not.toContain('PAYWRIGHT_CUSTOMER_KEYS');
  });

  it.each([
    ['process', ['kms:Decrypt', 'kms:GenerateDataKey'], 'kms:GenerateMac'],
    ['query', ['kms:Decrypt', 'kms:GenerateDataKey'], 'kms:GenerateMac'],
    ['webhooks', 'kms:Decrypt', undefined],
    ['recovery', 'kms:Decrypt', undefined],
    ['jobs', 'kms:Decrypt', undefined],
    ['reconcile', 'kms:Decrypt', undefined],
  ] as const)(
    'are used by %s for what its work takes, a data key for one tenant and record',
    (name, sealing, finding) => {
      expect(rights(name, 'CustomerDetails')).toMatchObject([
        {
          Action: sealing,
          Condition: {
            StringLike: { 'kms:EncryptionContext:tenant': '?*', 'kms:EncryptionContext:record': '?*' },
          },
        },
      ]);
      expect(rights(name, 'CustomerIndex').map(({ Action }) => Action)).toEqual(
        finding === undefined ? [] : [finding],
      );
    },
  );

  it.each(RUN)(
    'are used by %s for what its bundle was heard to ask, and may be for no more than is named',
    (name) => {
      const given = ['CustomerDetails', 'CustomerIndex'].flatMap((key) =>
        rights(name, key).flatMap(({ Action }) =>
          [Action].flat().map((action) => `${action} ${key.replace('C', 'c')}`),
        ),
      );
      const heard = Object.keys((asked as AskedCalls)[name] ?? {}).filter((ask) => ask.startsWith('kms:'));
      expect(heard.filter((ask) => !given.includes(ask))).toEqual([]);
      expect(given.filter((right) => !heard.includes(right))).toEqual(UNHEARD[name] ?? []);
    },
  );

  it('are used by no other function', () => {
    const users = ['process', 'query', 'webhooks', 'recovery', 'jobs', 'reconcile'];
    const others = RUN.filter((name) => !users.includes(name));
    for (const name of others)
      expect([...rights(name, 'CustomerDetails'), ...rights(name, 'CustomerIndex')]).toEqual([]);
  });

  it('leave the signing secret to be read by each function, and its key through Secrets Manager alone', () => {
    for (const name of RUN) {
      const statements = statementsOf(name);
      const reads = statements.filter(({ Action }) =>
        [Action].flat().includes('secretsmanager:GetSecretValue'),
      );
      expect(JSON.stringify(reads.map(({ Resource }) => Resource))).toContain('Signing');
      const [decrypts] = statements.filter(({ Resource }) =>
        /Customers[0-9A-F]{8}/.test(JSON.stringify(Resource)),
      );
      expect(decrypts).toMatchObject({ Action: 'kms:Decrypt', Condition: { StringEquals: {} } });
      expect(JSON.stringify(decrypts?.Condition)).toContain('secretsmanager.');
    }
  });
});

it('A ring of before is read by the functions of a deployment that names it, and by none of another', () => {
  const ring = 'arn:aws:secretsmanager:eu-central-1:111122223333:secret:CustomerKeys-a1b2c3';
  const before = synthesized({ customerKeysArn: ring });
  expect(before.findings).toEqual([]);
  for (const name of RUN) {
    expect(JSON.stringify(statementsOf(name, before))).toContain(ring);
    expect(JSON.stringify(statementsOf(name))).not.toContain(ring);
    expect(variablesOf(name)).not.toHaveProperty('PAYWRIGHT_CUSTOMER_KEYS_ARN');
  }
  const functions = resourcesOf('AWS::Lambda::Function', ...Object.values(before.templates));
  const naming = functions.filter(({ Properties }) =>
    JSON.stringify(Properties['Environment'] ?? {}).includes(`"PAYWRIGHT_CUSTOMER_KEYS_ARN":"${ring}"`),
  );
  expect(naming).toHaveLength(RUN.length);
});
