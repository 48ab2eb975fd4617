import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue as QueueTarget } from 'aws-cdk-lib/aws-events-targets';
import { EventSourceMapping, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import { DEFAULT_EVENT_SOURCES } from '../src/application/approvals/approval-rules.ts';
import type { Data } from './data-stack.ts';
import { APPROVALS_FUNCTIONS } from './function-plans.ts';
import { type Domain, httpApi } from './http-api.ts';
import { mapped, type Running } from './platform-stack.ts';
import { deadLetters, type QueuePair, queuePair } from './queue-pair.ts';
import { schedules, TRIED_FOR, TRIES_AGAIN } from './schedules.ts';
import { approvalsEnvironment } from './service-environment.ts';
import { serviceFunction } from './service-function.ts';
import { STRIPE_EVENTS, type StripeSecrets } from './stripe-secrets.ts';

/** `approvalQueue` is what approvers' tools receive from; `workCompleted` what arrives for approvals itself. */
export type Approvals = Running<keyof typeof APPROVALS_FUNCTIONS> &
  Readonly<{ approvalQueue: QueuePair; workCompleted: QueuePair; bus: EventBus }>;

/** The functions of approvals over Aurora, its API with the paths below `/approvals`, its queue and its bus. */
export function approvalsStack(
  scope: Construct,
  {
    name,
    bundles,
    data,
    domain,
    stripe,
  }: Readonly<{ name: string; bundles: string; data: Data; domain?: Domain; stripe?: StripeSecrets }>,
): Approvals {
  const stack = new Stack(scope, `${name}-approvals`, { description: 'paywright: payments of vendors' });
  const key = data.keys.storage;
  const approvalQueue = queuePair(stack, 'ApprovalQueue', { name: `${name}-approvals`, key });
  const workCompleted = queuePair(stack, 'WorkCompleted', { name: `${name}-work-completed`, key });
  const bus = new EventBus(stack, 'Bus', { eventBusName: name });
  const dead = deadLetters(stack, 'DeadLetters', { name: `${name}-approvals-dead-letters`, key });
  const terms = {
    prefix: name,
    bundles,
    storageKey: key,
    network: data.network,
    secretKey: data.keys.customers,
    customers: data.customers,
    stripe,
    environment: approvalsEnvironment(data, data.database, {
      queueUrl: approvalQueue.queue.queueUrl,
      busName: bus.eventBusName,
    }),
    places: {
      signingSecret: [data.signing.secretArn],
      servingLogin: [data.database.serving.secretArn],
      approvalQueue: [approvalQueue.queue.queueArn],
      workCompleted: [workCompleted.queue.queueArn],
      deadLetters: [dead.queueArn],
      bus: [bus.eventBusArn],
    },
  };
  const functions = mapped(APPROVALS_FUNCTIONS, (plan, each) => serviceFunction(stack, each, plan, terms));
  schedules(stack, APPROVALS_FUNCTIONS, functions, { prefix: name, dead });
  takeWorkCompleted(stack, functions['work-completed'], { name, bus, workCompleted, dead });
  const api = httpApi(stack, {
    name: `${name}-approvals`,
    issuer: data.identity.issuer,
    audience: data.identity.client.userPoolClientId,
    logKey: key,
    domain: domain === undefined ? undefined : { ...domain, path: 'approvals' },
    routes: [
      ...routesTo(functions),
      // Where vendors are paid on Stripe, which says so when a payout comes back.
      ...(stripe?.webhookArn === undefined || stripe.vendorAccountsArn === undefined
        ? []
        : [{ method: HttpMethod.POST, path: STRIPE_EVENTS, to: functions['approvals-approve'], open: true }]),
    ],
  });
  new CfnOutput(stack, 'Url', {
    value: domain === undefined ? api.apiEndpoint : `https://${domain.name.name}/approvals`,
  });
  new CfnOutput(stack, 'ApprovalQueueUrl', { value: approvalQueue.queue.queueUrl });
  new CfnOutput(stack, 'BusName', { value: bus.eventBusName });
  return { stack, api, functions, dead, approvalQueue, workCompleted, bus };
}

/** A fixed text before a name wins over it: `/payments/pending` is no id. */
const routesTo = (functions: Approvals['functions']) => [
  { method: HttpMethod.POST, path: '/payments', to: functions['approvals-create'] },
  { method: HttpMethod.GET, path: '/payments', to: functions['approvals-get'] },
  { method: HttpMethod.GET, path: '/payments/{id}', to: functions['approvals-get'] },
  { method: HttpMethod.GET, path: '/payments/{id}/audit', to: functions['approvals-get'] },
  { method: HttpMethod.GET, path: '/payments/pending', to: functions['approvals-pending'] },
  { method: HttpMethod.GET, path: '/payments/flagged', to: functions['approvals-pending'] },
  { method: HttpMethod.GET, path: '/payments/unreviewed', to: functions['approvals-pending'] },
  { method: HttpMethod.GET, path: '/reports/{report}', to: functions['approvals-get'] },
  { method: HttpMethod.PATCH, path: '/payments/{id}', to: functions['approvals-approve'] },
  { method: HttpMethod.POST, path: '/payments/{id}/approve', to: functions['approvals-approve'] },
  { method: HttpMethod.POST, path: '/payments/{id}/reject', to: functions['approvals-approve'] },
  { method: HttpMethod.POST, path: '/payments/{id}/process', to: functions['approvals-approve'] },
  { method: HttpMethod.POST, path: '/payments/{id}/review', to: functions['approvals-approve'] },
];

/**
 * From the bus through a queue, so that an event which the function cannot take now is tried again, and one that it never takes
 * is a dead letter by itself.
 */
function takeWorkCompleted(
  stack: Stack,
  handler: LambdaFunction,
  {
    name,
    bus,
    workCompleted,
    dead,
  }: Pick<Approvals, 'bus' | 'workCompleted' | 'dead'> & Readonly<{ name: string }>,
): void {
  new Rule(stack, 'work-completed-rule', {
    ruleName: `${name}-work-completed`,
    description: 'Vendor payments for work that was completed',
    eventBus: bus,
    eventPattern: { source: [...DEFAULT_EVENT_SOURCES], detailType: ['WorkCompleted'] },
    targets: [
      new QueueTarget(workCompleted.queue, {
        retryAttempts: TRIES_AGAIN,
        maxEventAge: TRIED_FOR,
        deadLetterQueue: dead,
      }),
    ],
  });
  new EventSourceMapping(handler, 'Messages', {
    target: handler,
    eventSourceArn: workCompleted.queue.queueArn,
    batchSize: 10,
    maxBatchingWindow: Duration.seconds(1),
    reportBatchItemFailures: true,
  });
}
