import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateKeyCommand, type KeySpec, type KeyUsageType, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamodbStorage } from '../../src/adapters/dynamodb/storage.ts';
import { startDynamoDbEngine } from '../../src/adapters/embedded/dynamodb-engine.ts';
import { addMerchants, aMerchant } from '../fixtures/merchants.ts';
import { EMULATOR_CREDENTIALS, emulatorUrl, hasEmulator } from '../support/aws-emulators.ts';
import { bundledProgram } from '../support/bundled-program.ts';
import { freshTable } from '../support/dynamodb-tables.ts';
import { someDeployment } from '../support/lambda/functions.ts';
import { blocksOf, pageShell } from '../support/page-shell.ts';

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/operations/move-keys-to-kms.md'), 'utf8');
const KEY = 'Zq3T8mW5xK1vB7nR2yL9cF4hJ6dG0sPaEuXiOwYtUbM';
const SIGNING = 'mR8vQ2xK0nZ5wTf1LbYc7GdHj4SpAe9U';

/** A data stack whose version made the ring's secret, as far as the page asks for it. */
const STACK = JSON.stringify({
  Resources: {
    CustomerKeys1A2B3C4D: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: KEY } },
    Signing1A2B3C4D: { Type: 'AWS::SecretsManager::Secret', Properties: { SecretString: SIGNING } },
  },
});

type Settings = Readonly<Record<string, string>>;

/** Stacks and secrets are MiniStack's, which tells what is in a stack; keys are moto's, which wraps what other keys wrapped. */
describe.runIf(hasEmulator('moto') && hasEmulator('ministack'))(
  'docs/operations/move-keys-to-kms.md, followed',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'paywright-move-keys-'));
    const deployments: ReturnType<typeof someDeployment>[] = [];
    let engine: Awaited<ReturnType<typeof startDynamoDbEngine>>;
    let emulator: string;
    let keys: string;
    let common: Settings;
    beforeAll(async () => {
      engine = await startDynamoDbEngine({});
      const table = await freshTable(engine.url);
      await addMerchants(dynamodbStorage(table), [aMerchant('merchant-1')]);
      [emulator, keys] = await Promise.all([emulatorUrl('ministack'), emulatorUrl('moto')]);
      common = {
        DYNAMODB_ENDPOINT: engine.url,
        DYNAMODB_TABLE: table.table,
        PAYWRIGHT_DATA_DIR: join(folder, 'data'),
        PAYWRIGHT_SECRET: SIGNING,
        AWS_REGION: 'eu-central-1',
        AWS_ENDPOINT_URL_KMS: keys,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: emulator,
        AWS_ACCESS_KEY_ID: EMULATOR_CREDENTIALS.accessKeyId,
        AWS_SECRET_ACCESS_KEY: EMULATOR_CREDENTIALS.secretAccessKey,
      };
    });
    afterAll(async () => {
      await Promise.all(deployments.map((each) => each.close()));
      await engine.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    /** Functions with these settings in place of those that were deployed before. */
    function deploy(settings: Settings) {
      const functions = someDeployment('dynamodb', () => ({
        ...common,
        PAYWRIGHT_CUSTOMER_KEYS: '',
        ...settings,
      }));
      deployments.push(functions);
      const claims = { permissions: ['customers'] };
      return {
        add: async (email: string, key = email) => {
          const body = { email, name: email };
          return (await functions.asked('process', '/customers', { claims, body, key })).status;
        },
        find: async (email: string) =>
          (
            (await functions.asked('query', `/customers?email=${email}`, { claims })).body[
              'items'
            ] as readonly Readonly<{ email: string }>[]
          ).map((each) => each.email),
      };
    }
    async function kmsKey(KeySpec: KeySpec, KeyUsage: KeyUsageType): Promise<string> {
      const kms = new KMSClient({
        region: 'eu-central-1',
        endpoint: keys,
        credentials: EMULATOR_CREDENTIALS,
      });
      const { KeyMetadata } = await kms.send(new CreateKeyCommand({ KeySpec, KeyUsage }));
      return KeyMetadata?.Arn ?? '';
    }

    it('brings every customer under KMS, with all of them found at every step, until the ring is gone', async () => {
      const { main, environment } = bundledProgram();
      let settings: Settings = {};
      const shell = pageShell({
        folder,
        emulator,
        // As `npx paywright` in a shell with the settings of a function that is deployed.
        npx: `shift; . ${join(folder, 'settings')}; exec ${process.execPath} ${main} "$@"`,
        environment: { ...environment, STORAGE: 'dynamodb' },
        variables: ['RING'],
      });
      const [look = '', name = '', rotate = '', ...others] = blocksOf(PAGE);
      expect(others).toEqual([]);
      const asOperator = async (commands: string) => {
        const lines = Object.entries({ ...common, ...settings }).map(
          ([each, value]) => `export ${each}='${value}'`,
        );
        await shell(`cat >${join(folder, 'settings')} <<'END'\n${lines.join('\n')}\nEND`);
        // A minute is for caches of processes that none of these are.
        return shell(commands.replace('keys rotate', 'keys rotate --settle 1s'));
      };

      await shell(
        `aws cloudformation create-stack --stack-name paywright-production-data --template-body '${STACK}'`,
      );
      settings = { PAYWRIGHT_CUSTOMER_KEYS: `first:${KEY}` };
      const before = deploy(settings);
      expect(await before.add('ada@example.com')).toBe(201);
      expect(await asOperator(look)).toContain('ok');

      await shell(name);
      // The stack says the name here, and the ARN on AWS.
      const ring = (
        await shell('aws secretsmanager describe-secret --secret-id "$RING" --query ARN --output text')
      ).trim();
      expect(
        await shell(
          'aws secretsmanager get-secret-value --secret-id "$RING" --query SecretString --output text',
        ),
      ).toBe(`first:${KEY}\n`);
      expect(await before.find('ada@example.com')).toEqual(['ada@example.com']);

      const kms = {
        KMS_KEY_ID: await kmsKey('SYMMETRIC_DEFAULT', 'ENCRYPT_DECRYPT'),
        KMS_INDEX_KEY_ID: await kmsKey('HMAC_256', 'GENERATE_VERIFY_MAC'),
      };
      settings = { ...kms, PAYWRIGHT_CUSTOMER_KEYS_ARN: ring };
      const both = deploy(settings);
      expect(await both.add('grace@example.com')).toBe(201);
      for (const email of ['ada@example.com', 'grace@example.com'])
        expect(await both.find(email)).toEqual([email]);

      expect(await asOperator(rotate)).toContain('take first out');

      settings = kms;
      const alone = deploy(settings);
      await asOperator(rotate);
      await shell('aws secretsmanager delete-secret --secret-id "$RING"');
      for (const email of ['ada@example.com', 'grace@example.com'])
        expect(await alone.find(email)).toEqual([email]);
      expect(await alone.add('ada@example.com', 'again')).toBe(409);
    }, 300_000);
  },
);
