import { Duration, type RemovalPolicy } from 'aws-cdk-lib';
import { SubnetType } from 'aws-cdk-lib/aws-ec2';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
  DatabaseProxy,
  ParameterGroup,
  ProxyTarget,
} from 'aws-cdk-lib/aws-rds';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { type Network, POSTGRES_PORT } from './network.ts';
import type { DeploymentSettings } from './settings.ts';

/**
 * `owner` is the login that migrates, at the cluster itself; `serving` the one of functions, through the proxy. Both hold
 * JSON with `username` and `password`.
 */
export type Database = Readonly<{
  cluster: DatabaseCluster;
  proxy: DatabaseProxy;
  owner: ISecret;
  serving: Secret;
}>;

export const DATABASE_NAME = 'paywright';
/** The role that functions log in as; migrations make it, and grant what serving needs. */
const SERVING_ROLE = 'paywright_serving';

/** Of the connections that the database takes, how many the proxy may hold: the rest is for people and migrations. */
export const PROXY_CONNECTIONS_PERCENT = 80;

/** Aurora's own bound, by its capacity: a byte count of memory over 9 531 392, never more than 5 000. */
export const mostConnections = ({ leastCapacity, mostCapacity }: Capacity): number => {
  const byMemory = Math.floor((mostCapacity * CAPACITY_BYTES) / 9_531_392);
  // A cluster that may shrink below one unit keeps the bound of a small one.
  return Math.min(byMemory, leastCapacity < 1 ? 2_000 : 5_000);
};

type Capacity = Pick<DeploymentSettings, 'leastCapacity' | 'mostCapacity'>;
const CAPACITY_BYTES = 2 * 1_024 ** 3;

/** Aurora Serverless v2 behind RDS Proxy, in subnets without a way out; both speak TLS alone. */
export function database(
  scope: Construct,
  { vpc, proxy: proxyGroup, database: databaseGroup }: Network,
  { key, removalPolicy, name }: Readonly<{ key: IKey; removalPolicy: RemovalPolicy; name: string }>,
  settings: DeploymentSettings,
): Database {
  // Made here, or Aurora makes it itself and keeps it for good.
  new LogGroup(scope, 'DatabaseLog', {
    logGroupName: `/aws/rds/cluster/${name}/postgresql`,
    retention: RetentionDays.THREE_MONTHS,
    removalPolicy,
  });
  const engine = DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_18_4 });
  const serving = loginSecret(scope, 'DatabaseServing', { key, username: SERVING_ROLE });
  const subnets = { subnetType: SubnetType.PRIVATE_ISOLATED };
  const cluster = new DatabaseCluster(scope, 'Approvals', {
    engine,
    clusterIdentifier: name,
    parameterGroup: new ParameterGroup(scope, 'Parameters', {
      engine,
      parameters: { 'rds.force_ssl': '1', log_statement: 'none', log_min_duration_statement: '1000' },
    }),
    // RDS makes the owner's password and rotates it every seven days.
    manageMasterUserPassword: true,
    credentials: Credentials.fromUsername('paywright_owner', { encryptionKey: key }),
    defaultDatabaseName: DATABASE_NAME,
    port: POSTGRES_PORT,
    serverlessV2MinCapacity: settings.leastCapacity,
    serverlessV2MaxCapacity: settings.mostCapacity,
    writer: ClusterInstance.serverlessV2('Writer', { enablePerformanceInsights: true }),
    readers: settings.highlyAvailable
      ? [ClusterInstance.serverlessV2('Standby', { scaleWithWriter: true, enablePerformanceInsights: true })]
      : [],
    vpc,
    vpcSubnets: subnets,
    securityGroups: [databaseGroup],
    storageEncrypted: true,
    storageEncryptionKey: key,
    backup: { retention: Duration.days(35) },
    copyTagsToSnapshot: true,
    cloudwatchLogsExports: ['postgresql'],
    deletionProtection: settings.keepData,
    removalPolicy,
  });
  const proxy = new DatabaseProxy(scope, 'Pool', {
    proxyTarget: ProxyTarget.fromCluster(cluster),
    secrets: [serving],
    vpc,
    vpcSubnets: subnets,
    securityGroups: [proxyGroup],
    requireTLS: true,
    iamAuth: false,
    maxConnectionsPercent: PROXY_CONNECTIONS_PERCENT,
    maxIdleConnectionsPercent: 20,
    borrowTimeout: Duration.seconds(5),
    idleClientTimeout: Duration.minutes(15),
  });
  const owner = cluster.secret;
  if (owner === undefined) throw new Error('the cluster has no secret of its owner');
  return { cluster, proxy, owner, serving };
}

const loginSecret = (
  scope: Construct,
  id: string,
  { key, username }: Readonly<{ key: IKey; username: string }>,
): Secret =>
  new Secret(scope, id, {
    description: `Login ${username} of paywright's database`,
    encryptionKey: key,
    generateSecretString: {
      secretStringTemplate: JSON.stringify({ username }),
      generateStringKey: 'password',
      passwordLength: 40,
      excludePunctuation: true,
    },
  });
