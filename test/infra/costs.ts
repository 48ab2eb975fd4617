import prices from '../../docs/prices.json' with { type: 'json' };
import { APPROVALS_FUNCTIONS, type FunctionPlan, PLATFORM_FUNCTIONS } from '../../infra/function-plans.ts';
import { MEASURED } from '../../src/domain/cost/measured-capacity.ts';
import { PRICES } from '../../src/domain/cost/prices.ts';
import { production, type Resource, resourcesOf, type Synthesized } from './synthesized.ts';

const { usd, measured, assumed } = prices;
const MILLION = 1_000_000;
/** Those that `paywright cost` counts by. */
const stores = PRICES.regions['eu-central-1'];
const [writeUnit, readUnit] = [
  Number(stores.write_requests) / MILLION,
  Number(stores.read_requests) / MILLION,
];
const GB = 1_024 ** 3;
const MINUTES_A_MONTH = assumed.hours_a_month * 60;

/** USD of one part: a month of a deployment that does nothing, and a million payments of merchants, or of vendors, more. */
export type PartCost = Readonly<{ part: string; idle: number; payments: number; vendors: number }>;

const PLANS: Readonly<Record<string, FunctionPlan>> = { ...PLATFORM_FUNCTIONS, ...APPROVALS_FUNCTIONS };

/** Runs a month that schedules begin. */
const scheduled = Object.entries(PLANS).flatMap(([name, { everyMinutes, memoryMb }]) =>
  everyMinutes === undefined ? [] : [{ name, memoryMb, runs: MINUTES_A_MONTH / everyMinutes }],
);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, each) => all + each, 0);

const lambda = (runs: number, memoryMb: number, seconds: number): number =>
  runs * (usd.lambda_request + (memoryMb / 1_024) * seconds * usd.lambda_gb_second);
const logs = (runs: number, bytes: number): number => ((runs * bytes) / GB) * usd.log_gb;
const units = (of: Readonly<Record<string, number>>, price: number): number =>
  sum(scheduled.map(({ name, runs }) => runs * (of[name] ?? 0) * price));

const propertyOf = ({ Properties }: Resource, name: string): unknown => Properties[name];

/** What the templates have of what is paid for by being there. */
function partsOf({ templates }: Synthesized) {
  const all = (type: string) => resourcesOf(type, ...Object.values(templates));
  const clusters = all('AWS::RDS::DBCluster');
  const scaling = clusters.map(
    (each) => propertyOf(each, 'ServerlessV2ScalingConfiguration') as Readonly<{ MinCapacity: number }>,
  );
  const zonesOf = (endpoint: Resource) =>
    ((propertyOf(endpoint, 'SubnetIds') ?? []) as readonly unknown[]).length;
  return {
    count: (type: string) => all(type).length,
    acu: sum(scaling.map(({ MinCapacity }) => MinCapacity)) * all('AWS::RDS::DBInstance').length,
    /** Those of S3 and DynamoDB are in no subnet, and cost nothing. */
    endpointZones: sum(all('AWS::EC2::VPCEndpoint').map(zonesOf)),
    /** RDS makes the owner's login itself. */
    secrets:
      all('AWS::SecretsManager::Secret').length +
      clusters.filter((each) => propertyOf(each, 'ManageMasterUserPassword') === true).length,
  };
}

/**
 * Each part of the stacks that costs something, by `docs/prices.json` and, of DynamoDB and Aurora, by the prices of `paywright cost`. A vendor's payment is three requests (created, approved,
 * processed), a message that is sent, received and removed, and four events on the bus.
 */
export function costs(of: Synthesized = production()): readonly PartCost[] {
  const { count: countOf, acu, endpointZones, secrets } = partsOf(of);
  const hours = assumed.hours_a_month;
  const { payment } = MEASURED.requests;
  const { memoryMb: platformMb } = PLATFORM_FUNCTIONS.process;
  const { memoryMb: approvalsMb } = APPROVALS_FUNCTIONS['approvals-create'];
  const runs = sum(scheduled.map((each) => each.runs));
  const part = (name: string, idle: number, payments = 0, vendors = 0): PartCost => ({
    part: name,
    idle,
    payments,
    vendors,
  });
  return [
    part(
      'Lambda',
      sum(
        scheduled.map(({ runs: each, memoryMb }) => lambda(each, memoryMb, assumed.seconds_of_an_idle_run)),
      ),
      lambda(MILLION, platformMb, assumed.seconds_a_request),
      lambda(3 * MILLION, approvalsMb, assumed.seconds_a_request),
    ),
    part('API Gateway', 0, MILLION * usd.http_api_request, 3 * MILLION * usd.http_api_request),
    part(
      'DynamoDB',
      units(measured.idle_reads_a_run, readUnit) + units(measured.idle_writes_a_run, writeUnit),
      MILLION * ((payment.writes + payment.index_writes) * writeUnit + payment.reads * readUnit),
    ),
    part('Aurora', acu * hours * Number(stores.aurora_capacity_hours)),
    part('RDS Proxy', Math.max(assumed.least_proxy_acu, acu) * hours * usd.proxy_acu_hour),
    part('NAT gateways', countOf('AWS::EC2::NatGateway') * hours * usd.nat_hour),
    part('Endpoints of the VPC', endpointZones * hours * usd.endpoint_zone_hour),
    part('Secrets', secrets * usd.secret_month),
    part('KMS keys', countOf('AWS::KMS::Key') * usd.kms_key_month),
    part('SQS and EventBridge', 0, 0, MILLION * (3 * usd.sqs_request + 4 * usd.eventbridge_event)),
    part(
      'Alarms and dashboards',
      countOf('AWS::CloudWatch::Alarm') * usd.alarm_month +
        Math.max(0, countOf('AWS::CloudWatch::Dashboard') - assumed.free_dashboards) * usd.dashboard_month,
    ),
    part(
      'Measurements and logs',
      measured.idle_metrics * usd.custom_metric_month + logs(runs, measured.log_bytes_a_run),
      logs(MILLION, assumed.log_bytes_a_request),
      logs(3 * MILLION, assumed.log_bytes_a_request),
    ),
  ];
}
