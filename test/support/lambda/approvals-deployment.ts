import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SHOP_CERTIFICATE } from '../../fixtures/shop-certificate.ts';
import { aBus, aQueue, askingAt, REGION } from '../aws-messaging.ts';
import { serveTls } from '../postgres-roles.ts';
import type { someFunctions } from './functions.ts';

type Settings = Readonly<Record<string, string>>;
type Parts = Readonly<{
  functions: ReturnType<typeof someFunctions>;
  /** An emulator of Secrets Manager, SQS and EventBridge. */
  emulator: string;
  /** A fresh database as its superuser. */
  databaseUrl: string;
  /** Settings of the function of that name beside those of the deployment. */
  settingsOf: (name: string) => Promise<Settings>;
}>;

/** A secret of Secrets Manager at the emulator that `askingAt` names, by its ARN. */
export async function anEmulatedSecret(text: string): Promise<string> {
  const { ARN = '' } = await new SecretsManagerClient({ region: REGION }).send(
    new CreateSecretCommand({ Name: `secret-${randomUUID()}`, SecretString: text }),
  );
  return ARN;
}

/**
 * The functions of approvals as `infra/` deploys them: each logs in over TLS by a secret, those that serve as a role that the migration
 * made. `names` says what is at which ARN or URL.
 */
export async function approvalsDeployment({ functions, emulator, databaseUrl, settingsOf }: Parts) {
  askingAt(emulator);
  await serveTls(databaseUrl);
  const [events, sqs] = [new EventBridgeClient({ region: REGION }), new SQSClient({ region: REGION })];
  const queue = await aQueue(sqs);
  const bus = await aBus({ events, sqs }, { source: ['paywright.approvals'] });
  const at = new URL(databaseUrl);
  const login = (username: string, password: string) =>
    anEmulatedSecret(JSON.stringify({ username, password }));
  const owner = await login(at.username, decodeURIComponent(at.password));
  const serving = await login(`serving_${randomUUID().replaceAll('-', '')}`, randomUUID());
  const authorities = join(functions.folder, 'authorities.pem');
  writeFileSync(authorities, SHOP_CERTIFICATE);

  const database = {
    AURORA_ENDPOINT: `localhost:${at.port}`,
    DATABASE_NAME: at.pathname.slice(1),
    NODE_EXTRA_CA_CERTS: authorities,
  };
  return {
    names: new Map([
      [queue.url, 'approvalQueue'],
      [bus.name, 'bus'],
      [owner, 'ownerLogin'],
      [serving, 'servingLogin'],
    ]),
    start: async (name: string) =>
      functions.start(name, 'postgres', {
        ...database,
        ...(name === 'approvals-migrate'
          ? { AURORA_SECRET_ARN: owner, SERVING_SECRET_ARN: serving }
          : { AURORA_SECRET_ARN: serving, APPROVAL_QUEUE_URL: queue.url, EVENT_BUS_NAME: bus.name }),
        ...(await settingsOf(name)),
      }),
  };
}
