import type { Data } from './data-stack.ts';
import { DATABASE_NAME } from './database.ts';
import { POSTGRES_PORT } from './network.ts';

type Environment = Readonly<Record<string, string>>;

/** Settings that every function has, each by the name that `paywright serve --help` gives it. */
const common = ({ identity, signing, keys, files }: Data): Environment => ({
  STAGE: 'production',
  LOG_LEVEL: 'info',
  JWT_JWKS_URL: identity.jwksUrl,
  JWT_ISSUER: identity.issuer,
  JWT_AUDIENCE: identity.client.userPoolClientId,
  PAYWRIGHT_SECRET_ARN: signing.secretArn,
  KMS_KEY_ID: keys.customers.keyArn,
  EXPORT_BUCKET: files.bucketName,
  PAYWRIGHT_PROCESSOR: 'simulator',
  PAYWRIGHT_DATA_DIR: '/tmp/paywright',
});

export const platformEnvironment = (data: Data): Environment => ({
  ...common(data),
  STORAGE: 'dynamodb',
  DYNAMODB_TABLE: data.table.tableName,
});

export const approvalsEnvironment = (
  data: Data,
  { queueUrl, busName }: Readonly<{ queueUrl: string; busName: string }>,
): Environment => ({
  ...common(data),
  STORAGE: 'postgres',
  AURORA_SECRET_ARN: data.database.serving.secretArn,
  AURORA_ENDPOINT: `${data.database.proxy.endpoint}:${POSTGRES_PORT}`,
  DATABASE_NAME,
  APPROVAL_QUEUE_URL: queueUrl,
  EVENT_BUS_NAME: busName,
});
