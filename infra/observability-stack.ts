import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { alarms, type Watched } from './alarms.ts';
import type { Running } from './platform-stack.ts';

/** Alarms, where they are sent, and a dashboard for each service. It reads the other stacks, and none needs it. */
export function observabilityStack(scope: Construct, name: string, watched: Watched): Stack {
  const stack = new Stack(scope, `${name}-observability`, {
    description: 'paywright: alarms and dashboards',
  });
  const topic = new Topic(stack, 'Alarms', {
    topicName: `${name}-alarms`,
    enforceSSL: true,
    masterKey: watched.data.keys.storage,
  });
  const { alarmEmail } = watched.settings;
  if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
  alarms(stack, name, watched, topic);
  const { data, platform, approvals } = watched;
  dashboard(stack, `${name}-platform`, [
    ...widgetsOf(platform),
    graph('Table: units', [
      data.table.metricConsumedReadCapacityUnits(),
      data.table.metricConsumedWriteCapacityUnits(),
    ]),
  ]);
  dashboard(stack, `${name}-approvals`, [
    ...widgetsOf(approvals),
    graph('Queues: messages', [
      approvals.approvalQueue.queue.metricApproximateNumberOfMessagesVisible(),
      approvals.workCompleted.queue.metricApproximateNumberOfMessagesVisible(),
    ]),
    graph('Database: connections', [data.database.cluster.metricDatabaseConnections()]),
    graph('Database: capacity', [data.database.cluster.metric('ServerlessDatabaseCapacity')]),
  ]);
  return stack;
}

function dashboard(stack: Stack, dashboardName: string, widgets: readonly IWidget[]): void {
  new Dashboard(stack, dashboardName, {
    dashboardName,
    defaultInterval: Duration.hours(3),
    widgets: inRows(widgets, 3),
  });
}

const inRows = (widgets: readonly IWidget[], most: number): IWidget[][] =>
  Array.from({ length: Math.ceil(widgets.length / most) }, (_, row) =>
    widgets.slice(row * most, (row + 1) * most),
  );

const graph = (title: string, left: readonly IMetric[]): IWidget =>
  new GraphWidget({ title, left: [...left], width: 8, height: 6 });

const widgetsOf = ({ api, functions, dead }: Running<string>): readonly IWidget[] => {
  const all = Object.values(functions);
  return [
    graph('Requests', [api.metricCount(), api.metricClientError(), api.metricServerError()]),
    graph(
      'Latency, ms',
      ['p50', 'p95', 'p99'].map((statistic) => api.metricLatency({ statistic })),
    ),
    graph(
      'Functions: errors',
      all.map((each) => each.metricErrors()),
    ),
    graph(
      'Functions: duration p99, ms',
      all.map((each) => each.metricDuration({ statistic: 'p99' })),
    ),
    graph(
      'Functions: at once',
      all.map((each) => each.metric('ConcurrentExecutions', { statistic: Stats.MAXIMUM })),
    ),
    graph('Dead letters', [dead.metricApproximateNumberOfMessagesVisible()]),
  ];
};
