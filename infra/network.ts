import {
  FlowLogDestination,
  GatewayVpcEndpointAwsService,
  InterfaceVpcEndpointAwsService,
  IpAddresses,
  type IVpc,
  Port,
  SecurityGroup,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import type { LogGroup } from 'aws-cdk-lib/aws-logs';
import type { Construct } from 'constructs';
import type { DeploymentSettings } from './settings.ts';

/** Where functions that reach the database run, and who may speak to whom on port 5432. */
export type Network = Readonly<{
  vpc: IVpc;
  /** Of functions. */
  clients: SecurityGroup;
  /** Of the proxy before the database. */
  proxy: SecurityGroup;
  /** Of the database. */
  database: SecurityGroup;
}>;

/**
 * A VPC of the deployment's own, or the one that the settings name. The database's subnets have no way out; functions
 * leave by NAT (a processor, Cognito's keys), and reach S3, DynamoDB and the secrets inside.
 */
export function network(
  scope: Construct,
  { vpc: given, highlyAvailable }: DeploymentSettings,
  flowLogs: LogGroup,
): Network {
  const own = given === undefined ? ownVpc(scope, highlyAvailable, flowLogs) : undefined;
  const vpc = own?.vpc ?? givenVpc(scope, given);
  const group = (name: string, description: string) =>
    new SecurityGroup(scope, name, { vpc, description, allowAllOutbound: false });
  const clients = group('Clients', 'Functions that reach the database');
  const proxy = group('Proxy', 'The proxy before the database');
  const database = group('Database', 'The database');
  const postgres = Port.tcp(POSTGRES_PORT);
  clients.connections.allowTo(proxy, postgres, 'to the pooled database');
  clients.connections.allowTo(database, postgres, 'migrations, past the proxy');
  clients.connections.allowToAnyIpv4(Port.tcp(443), 'AWS, a processor and the keys of tokens, over TLS');
  if (own !== undefined) clients.connections.allowTo(own.secrets, Port.tcp(443), 'secrets, without NAT');
  return { vpc, clients, proxy, database };
}

export const POSTGRES_PORT = 5432;

function givenVpc(scope: Construct, given: DeploymentSettings['vpc']): IVpc {
  if (given === undefined) throw new Error('there is no VPC');
  return Vpc.fromVpcAttributes(scope, 'Vpc', {
    vpcId: given.id,
    availabilityZones: [...given.zones],
    privateSubnetIds: [...given.privateSubnets],
    isolatedSubnetIds: [...given.privateSubnets],
  });
}

function ownVpc(scope: Construct, highlyAvailable: boolean, flowLogs: LogGroup) {
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr('10.80.0.0/16'),
    maxAzs: 2,
    natGateways: highlyAvailable ? 2 : 1,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [
      { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
      { name: 'functions', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
      { name: 'database', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
    gatewayEndpoints: {
      S3: { service: GatewayVpcEndpointAwsService.S3 },
      DynamoDB: { service: GatewayVpcEndpointAwsService.DYNAMODB },
    },
  });
  vpc.addFlowLog('Flows', { destination: FlowLogDestination.toCloudWatchLogs(flowLogs) });
  // A password does not depend on the way out.
  const secrets = vpc.addInterfaceEndpoint('Secrets', {
    service: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
    open: false,
  });
  return { vpc, secrets };
}
