import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { type HttpApi, HttpMethod } from 'aws-cdk-lib/aws-apigatewayv2';
import { Rule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  type Function as LambdaFunction,
  StartingPosition,
} from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { DUE_INDEX, OUTBOX, TRAIL_INDEX } from '../src/adapters/dynamodb/table.ts';
import { EXPORTS_PREFIX } from '../src/application/files/export-object.ts';
import type { Data } from './data-stack.ts';
import { RECONCILIATION_PREFIX } from './files-bucket.ts';
import { PLATFORM_FUNCTIONS } from './function-plans.ts';
import { type Domain, httpApi } from './http-api.ts';
import { deadLetters } from './queue-pair.ts';
import { keepFailures, schedules, TRIED_FOR, TRIES_AGAIN } from './schedules.ts';
import { platformEnvironment } from './service-environment.ts';
import { serviceFunction } from './service-function.ts';
import { STRIPE_EVENTS, type StripeSecrets } from './stripe-secrets.ts';

/** A service that runs: what alarms and dashboards look at. */
export type Running<Name extends string> = Readonly<{
  stack: Stack;
  api: HttpApi;
  functions: Readonly<Record<Name, LambdaFunction>>;
  dead: Queue;
}>;

export type Platform = Running<keyof typeof PLATFORM_FUNCTIONS>;

/** The platform's functions over the table, its API, its schedules and what wakes them before their time. */
export function platformStack(
  scope: Construct,
  {
    name,
    bundles,
    data,
    domain,
    stripe,
  }: Readonly<{ name: string; bundles: string; data: Data; domain?: Domain; stripe?: StripeSecrets }>,
): Platform {
  const stack = new Stack(scope, `${name}-platform`, { description: 'paywright: payments of merchants' });
  const { table, files, keys } = data;
  const streamArn = table.tableStreamArn;
  if (streamArn === undefined) throw new Error('the table has no stream');
  const dead = deadLetters(stack, 'DeadLetters', {
    name: `${name}-platform-dead-letters`,
    key: keys.storage,
  });
  const terms = {
    prefix: name,
    bundles,
    storageKey: keys.storage,
    secretKey: keys.customers,
    customers: data.customers,
    stripe,
    environment: platformEnvironment(data, { tableName: table.tableName, bucketName: files.bucketName }),
    places: {
      signingSecret: [data.signing.secretArn],
      table: [table.tableArn],
      dueIndex: [`${table.tableArn}/index/${DUE_INDEX}`],
      trailIndex: [`${table.tableArn}/index/${TRAIL_INDEX}`],
      stream: [streamArn],
      streams: [`${table.tableArn}/stream/*`],
      bucket: [files.bucketArn],
      objects: [files.arnForObjects('*')],
      deadLetters: [dead.queueArn],
    },
  };
  const functions = mapped(PLATFORM_FUNCTIONS, (plan, each) => serviceFunction(stack, each, plan, terms));
  schedules(stack, PLATFORM_FUNCTIONS, functions, { prefix: name, dead });
  wakeRelay(functions.relay, streamArn, dead);
  reconcileFiles(stack, functions.reconcile, { name, data, dead });
  const { process, query } = functions;
  const api = httpApi(stack, {
    name: `${name}-platform`,
    issuer: data.identity.issuer,
    audience: data.identity.client.userPoolClientId,
    logKey: keys.storage,
    domain,
    routes: [
      { method: HttpMethod.GET, path: '/{proxy+}', to: query },
      { method: HttpMethod.POST, path: '/{proxy+}', to: process },
      { method: HttpMethod.PATCH, path: '/{proxy+}', to: process },
      { method: HttpMethod.DELETE, path: '/{proxy+}', to: process },
      { method: HttpMethod.GET, path: '/healthz', to: query, open: true },
      { method: HttpMethod.GET, path: '/readyz', to: query, open: true },
      ...(stripe?.webhookArn === undefined
        ? []
        : [{ method: HttpMethod.POST, path: STRIPE_EVENTS, to: process, open: true }]),
    ],
  });
  new CfnOutput(stack, 'Url', {
    value: domain === undefined ? api.apiEndpoint : `https://${domain.name.name}`,
  });
  return { stack, api, functions, dead };
}

/** New events in the outbox only: what else is written invokes no function, and is not charged. */
function wakeRelay(relay: LambdaFunction, streamArn: string, dead: Queue): void {
  new EventSourceMapping(relay, 'WakeUps', {
    target: relay,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.LATEST,
    batchSize: 100,
    maxBatchingWindow: Duration.seconds(1),
    // The schedule relays whatever a lost wake-up would have.
    retryAttempts: 1,
    maxRecordAge: Duration.minutes(1),
    onFailure: { bind: () => ({ destination: dead.queueArn }) },
    filters: [
      FilterCriteria.filter({
        eventName: FilterRule.isEqual('INSERT'),
        dynamodb: { Keys: { pk: { S: FilterRule.beginsWith(`${OUTBOX}#`) } } },
      }),
    ],
  });
}

/** What a processor put into the bucket, as `reconciliation/<merchant>/<name>`; what paywright writes there lies deeper. */
function reconcileFiles(
  stack: Stack,
  reconcile: LambdaFunction,
  { name, data, dead }: Readonly<{ name: string; data: Data; dead: Queue }>,
): void {
  keepFailures(reconcile, dead, { retryAttempts: TRIES_AGAIN, maxEventAge: TRIED_FOR });
  new Rule(stack, 'files-rule', {
    ruleName: `${name}-reconcile`,
    description: 'Reconciles files that processors put into the bucket',
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: {
        bucket: { name: [data.files.bucketName] },
        object: {
          key: [{ 'anything-but': { wildcard: [`${RECONCILIATION_PREFIX}*/*/*`, `${EXPORTS_PREFIX}*`] } }],
        },
      },
    },
    targets: [
      new FunctionTarget(reconcile, {
        retryAttempts: TRIES_AGAIN,
        maxEventAge: TRIED_FOR,
        deadLetterQueue: dead,
      }),
    ],
  });
}

/** The same names with what `make` makes of each. */
export const mapped = <Name extends string, From, To>(
  from: Readonly<Record<Name, From>>,
  make: (value: From, name: Name) => To,
): Readonly<Record<Name, To>> =>
  Object.fromEntries(
    Object.entries<From>(from).map(([name, value]) => [name, make(value, name as Name)]),
  ) as Record<Name, To>;
