import { customerKeySettings } from './customer-keys.ts';
import type { Data } from './data-stack.ts';
import { DATABASE_NAME, type Database } from './database.ts';
import { POSTGRES_PORT } from './network.ts';

type Environment = Readonly<Record<string, string>>;

/**
 * Settings that every function has, each by the name that `paywright serve --help` gives it. None holds a secret:
 * each names where it is.
 */
const common = ({
  identity,
  signing,
  customers,
}: Pick<Data, 'identity' | 'signing' | 'customers'>): Environment => ({
  STAGE: 'production',
  LOG_LEVEL: 'info',
  JWT_JWKS_URL: identity.jwksUrl,
  JWT_ISSUER: identity.issuer,
  JWT_CLIENT_IDS: identity.client.userPoolClientId,
  PAYWRIGHT_SECRET_ARN: signing.secretArn,
  ...customerKeySettings(customers),
  // Where Stripe is, functions that ask it have it in place of this (`stripe-secrets.ts`); the others ask no processor.
  PAYWRIGHT_PROCESSOR: 'simulator',
});

type Common = Parameters<typeof common>[0];

/** Of functions that send nothing to approvers. */
const WITHOUT_MESSAGING: Environment = {
  PAYWRIGHT_APPROVAL_QUEUE: 'storage',
  PAYWRIGHT_EVENT_BUS: 'storage',
};

export const platformEnvironment = (
  data: Common,
  { tableName, bucketName }: Readonly<{ tableName: string; bucketName: string }>,
): Environment => ({
  ...common(data),
  ...WITHOUT_MESSAGING,
  EXPORT_BUCKET: bucketName,
  STORAGE: 'dynamodb',
  DYNAMODB_TABLE: tableName,
});

export const approvalsEnvironment = (
  data: Common,
  { serving, proxy }: Pick<Database, 'serving' | 'proxy'>,
  { queueUrl, busName }: Readonly<{ queueUrl: string; busName: string }>,
): Environment => ({
  ...common(data),
  // Approvals keep no files.
  PAYWRIGHT_OBJECTS: 'folder',
  STORAGE: 'postgres',
  AURORA_SECRET_ARN: serving.secretArn,
  AURORA_ENDPOINT: `${proxy.endpoint}:${POSTGRES_PORT}`,
  DATABASE_NAME,
  APPROVAL_QUEUE_URL: queueUrl,
  EVENT_BUS_NAME: busName,
});

/** Of the function that migrates approvals: as the tables' owner, at the cluster itself. */
export const ownerEnvironment = (data: Common, { owner, serving, cluster }: Database): Environment => ({
  ...common(data),
  ...WITHOUT_MESSAGING,
  // Approvals keep no files.
  PAYWRIGHT_OBJECTS: 'folder',
  STORAGE: 'postgres',
  AURORA_SECRET_ARN: owner.secretArn,
  AURORA_ENDPOINT: `${cluster.clusterEndpoint.hostname}:${POSTGRES_PORT}`,
  DATABASE_NAME,
  SERVING_SECRET_ARN: serving.secretArn,
  // Lambda's image carries the authorities of RDS; the proxy's certificate is of a public one.
  NODE_EXTRA_CA_CERTS: '/var/runtime/ca-cert.pem',
});
