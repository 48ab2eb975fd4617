import { Duration } from 'aws-cdk-lib';
import {
  Alarm,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Operation } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { Approvals } from './approvals-stack.ts';
import type { Data } from './data-stack.ts';
import { mostConnections, PROXY_CONNECTIONS_PERCENT } from './database.ts';
import type { Platform } from './platform-stack.ts';
import type { DeploymentSettings } from './settings.ts';

/** One thing that people are woken for. `runbook` is a page in docs/operations, without its `.md`. */
type AlarmPlan = Readonly<{
  id: string;
  runbook: string;
  says: string;
  metric: IMetric;
  atLeast: number;
  /** Minutes of the last five, or of the number given, that must be so. */
  minutes?: number;
}>;

export type Watched = Readonly<{
  data: Data;
  platform: Platform;
  approvals: Approvals;
  settings: DeploymentSettings;
}>;

const MINUTE = Duration.minutes(1);
const QUEUE_DEPTH = 100;
const API_P99_MS = 1_000;
/** Of what the proxy may hold. */
const CONNECTIONS_SHARE = 0.8;
const STREAM_AGE_MS = 60_000;

/** Every alarm goes to the topic when it begins and when it ends; its description ends with its runbook. */
export function alarms(scope: Construct, prefix: string, watched: Watched, topic: ITopic): readonly Alarm[] {
  const action = new SnsAction(topic);
  return alarmPlans(watched).map(({ id, runbook, says, metric, atLeast, minutes = 1 }) => {
    const alarm = new Alarm(scope, id, {
      alarmName: `${prefix}-${id}`,
      alarmDescription: `${says}. Runbook: docs/operations/${runbook}.md`,
      metric,
      threshold: atLeast,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: minutes === 1 ? 1 : 5,
      datapointsToAlarm: minutes,
      treatMissingData: TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction(action);
    alarm.addOkAction(action);
    return alarm;
  });
}

const alarmPlans = (watched: Watched): readonly AlarmPlan[] => [
  ...queuePlans(watched),
  ...functionPlans(watched),
  ...apiPlans(watched),
  ...databasePlans(watched),
  ...tablePlans(watched),
  ...relayPlans(),
  ...workPlans(),
];

/** Read by the run of each minute; a service's relay sends some hundred events a second. */
const OUTBOX_DEPTH = 1_000;
const OUTBOX_AGE_S = 300;
/** A working day: people look at payments in attention, in their hours. */
const ATTENTION_AGE_S = 8 * 3_600;

/** As functions measure in the lines of their log: the names and dimensions of `emfMetrics`. */
const ours = (metricName: string, dimensionsMap: Record<string, string>, statistic: string): IMetric =>
  new Metric({ namespace: 'paywright', metricName, dimensionsMap, period: MINUTE, statistic });

/** Work that is stuck or lost while every function runs well. */
const workPlans = (): readonly AlarmPlan[] => [
  ...['platform', 'approvals'].flatMap((service): readonly AlarmPlan[] => [
    {
      id: `${service}-outbox-parked`,
      runbook: 'relay-behind',
      says: `Parked events of ${service} wait for people`,
      metric: ours('outbox_parked', { service }, Stats.MAXIMUM),
      atLeast: 1,
    },
    {
      id: `${service}-outbox-depth`,
      runbook: 'relay-behind',
      says: `A thousand events of ${service} wait to be relayed`,
      metric: ours('outbox_unsent', { service }, Stats.MAXIMUM),
      atLeast: OUTBOX_DEPTH,
      minutes: 3,
    },
    {
      id: `${service}-outbox-oldest`,
      runbook: 'relay-behind',
      says: `An event of ${service} has waited for five minutes`,
      metric: ours('outbox_oldest_seconds', { service }, Stats.MAXIMUM),
      atLeast: OUTBOX_AGE_S,
      minutes: 3,
    },
  ]),
  {
    id: 'webhooks-failed',
    runbook: 'webhooks-failed',
    says: 'Webhooks were given up after their last try',
    metric: ours('webhooks_failed', { service: 'platform' }, Stats.SUM),
    atLeast: 1,
  },
  {
    id: 'payments-stuck',
    runbook: 'recovery-stuck',
    says: 'Recovery cannot end payments that a request left open',
    metric: ours('payments_stuck', { service: 'platform' }, Stats.MAXIMUM),
    atLeast: 1,
  },
  {
    id: 'authorizations-stuck',
    runbook: 'authorizations-stuck',
    says: 'Authorizations are about to lapse, and the processor refuses to void them',
    metric: ours('authorizations_stuck', { service: 'platform' }, Stats.MAXIMUM),
    atLeast: 1,
  },
  {
    id: 'payments-attention-oldest',
    runbook: 'payments-in-attention',
    says: 'A payment has needed people for a working day',
    metric: ours('payments_attention_oldest_seconds', { service: 'platform' }, Stats.MAXIMUM),
    atLeast: ATTENTION_AGE_S,
    minutes: 3,
  },
  {
    id: 'payouts-stuck',
    runbook: 'recovery-stuck',
    says: 'Recovery cannot end payouts that a request left open',
    metric: ours('payouts_stuck', { service: 'approvals' }, Stats.MAXIMUM),
    atLeast: 1,
  },
];

const relayPlans = (): readonly AlarmPlan[] =>
  ['platform', 'approvals'].map((service) => ({
    id: `${service}-events-parked`,
    runbook: 'relay-behind',
    says: `Events of ${service} were parked, since a sink refused them five times`,
    metric: ours('events_relayed', { service, outcome: 'parked' }, Stats.SUM),
    atLeast: 1,
  }));

function queuePlans({ platform, approvals }: Watched): readonly AlarmPlan[] {
  const dead = (id: string, queue: Queue, says: string): AlarmPlan => ({
    id,
    runbook: 'dead-letters',
    says,
    metric: visible(queue),
    atLeast: 1,
  });
  return [
    dead('approval-dead-letters', approvals.approvalQueue.deadLetters, 'Approvers’ tools gave a message up'),
    dead('work-completed-dead-letters', approvals.workCompleted.deadLetters, 'A WorkCompleted was refused'),
    dead('approvals-dead-letters', approvals.dead, 'A run or an event of approvals was lost'),
    dead('platform-dead-letters', platform.dead, 'A run or a file of the platform was lost'),
    {
      id: 'approval-queue-depth',
      runbook: 'approval-queue-depth',
      says: 'Payments wait for approvers',
      metric: visible(approvals.approvalQueue.queue),
      atLeast: QUEUE_DEPTH,
    },
  ];
}

const visible = (queue: Queue): IMetric =>
  queue.metricApproximateNumberOfMessagesVisible({ period: MINUTE, statistic: Stats.MAXIMUM });

const functionPlans = ({ data, platform, approvals }: Watched): readonly AlarmPlan[] =>
  [data, platform, approvals].flatMap(({ functions }) =>
    Object.entries(functions).flatMap(([name, each]): readonly AlarmPlan[] => [
      {
        id: `${name}-errors`,
        runbook: 'function-errors',
        says: `${name} failed or ran out of time`,
        metric: each.metricErrors({ period: MINUTE, statistic: Stats.SUM }),
        atLeast: 1,
      },
      {
        id: `${name}-throttles`,
        runbook: 'function-throttles',
        says: `${name} was refused for want of concurrency`,
        metric: each.metricThrottles({ period: MINUTE, statistic: Stats.SUM }),
        atLeast: 1,
      },
    ]),
  );

const apiPlans = ({ platform, approvals }: Watched): readonly AlarmPlan[] =>
  Object.entries({ platform, approvals }).flatMap(([name, { api }]): readonly AlarmPlan[] => [
    {
      id: `${name}-latency`,
      runbook: 'api-latency',
      says: `One request in a hundred of ${name} takes a second`,
      metric: api.metricLatency({ period: MINUTE, statistic: 'p99' }),
      atLeast: API_P99_MS,
      minutes: 3,
    },
    {
      id: `${name}-server-errors`,
      runbook: 'api-server-errors',
      says: `Requests of ${name} end with 5xx`,
      metric: api.metricServerError({ period: MINUTE, statistic: Stats.SUM }),
      atLeast: 1,
      minutes: 3,
    },
  ]);

function databasePlans({ data: { database }, settings }: Watched): readonly AlarmPlan[] {
  const most = Math.floor((mostConnections(settings) * PROXY_CONNECTIONS_PERCENT) / 100);
  const ofProxy = (metricName: string) =>
    new Metric({
      namespace: 'AWS/RDS',
      metricName,
      dimensionsMap: { ProxyName: database.proxy.dbProxyName },
      period: MINUTE,
      statistic: Stats.MAXIMUM,
    });
  return [
    {
      id: 'database-connections',
      runbook: 'database-connections',
      says: 'The database is short of connections',
      metric: database.cluster.metricDatabaseConnections({ period: MINUTE, statistic: Stats.MAXIMUM }),
      atLeast: Math.floor(most * CONNECTIONS_SHARE),
      minutes: 3,
    },
    {
      id: 'database-connections-pinned',
      runbook: 'database-connections',
      says: 'Sessions keep connections of the proxy to themselves',
      metric: ofProxy('DatabaseConnectionsCurrentlySessionPinned'),
      atLeast: Math.floor(most / 2),
      minutes: 3,
    },
    {
      id: 'database-capacity',
      runbook: 'database-capacity',
      says: 'The database is at its largest',
      metric: database.cluster.metric('ServerlessDatabaseCapacity', {
        period: MINUTE,
        statistic: Stats.MAXIMUM,
      }),
      atLeast: settings.mostCapacity,
      minutes: 5,
    },
  ];
}

const tablePlans = ({ data: { table }, platform }: Watched): readonly AlarmPlan[] => [
  {
    id: 'table-throttles',
    runbook: 'table-throttles',
    says: 'DynamoDB refuses requests for want of capacity',
    metric: table.metricThrottledRequestsForOperations({
      operations: [
        Operation.GET_ITEM,
        Operation.QUERY,
        Operation.PUT_ITEM,
        Operation.UPDATE_ITEM,
        Operation.TRANSACT_WRITE_ITEMS,
      ],
      period: MINUTE,
      statistic: Stats.SUM,
    }),
    atLeast: 1,
    minutes: 3,
  },
  {
    id: 'relay-behind',
    runbook: 'relay-behind',
    says: 'The relay does not keep up with the table’s stream',
    metric: platform.functions.relay.metric('IteratorAge', { period: MINUTE, statistic: Stats.MAXIMUM }),
    atLeast: STREAM_AGE_MS,
    minutes: 3,
  },
];
