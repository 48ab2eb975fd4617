import { Duration } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction as FunctionTarget } from 'aws-cdk-lib/aws-events-targets';
import { CfnEventInvokeConfig, type Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import type { FunctionPlan } from './function-plans.ts';

/** How an event reaches a function that is invoked without waiting for its answer: tried again twice for an hour, then among the dead letters. */
export const TRIES_AGAIN = 2;
export const TRIED_FOR = Duration.hours(1);

/**
 * Runs each worker at its rate. A run that failed is not made up, because the next one does its work: what EventBridge could not
 * start within a minute, and what failed, is a dead letter.
 */
export function schedules(
  scope: Construct,
  plans: Readonly<Record<string, FunctionPlan>>,
  functions: Readonly<Record<string, LambdaFunction>>,
  { prefix, dead }: Readonly<{ prefix: string; dead: IQueue }>,
): void {
  for (const [name, { everyMinutes }] of Object.entries(plans)) {
    const worker = functions[name];
    if (everyMinutes === undefined || worker === undefined) continue;
    keepFailures(worker, dead, { retryAttempts: 0, maxEventAge: Duration.minutes(1) });
    new Rule(scope, `${name}-schedule`, {
      ruleName: `${prefix}-${name}`,
      description: `Runs ${name}`,
      schedule: Schedule.rate(Duration.minutes(everyMinutes)),
      targets: [
        new FunctionTarget(worker, {
          retryAttempts: 0,
          maxEventAge: Duration.minutes(1),
          deadLetterQueue: dead,
        }),
      ],
    });
  }
}

/**
 * Events that the function failed at, after so many tries more, are kept among the dead letters. The plan of the function asks
 * for the right; the construct's own `onFailure` would grant more.
 */
export const keepFailures = (
  worker: LambdaFunction,
  dead: IQueue,
  { retryAttempts, maxEventAge }: Readonly<{ retryAttempts: number; maxEventAge: Duration }>,
): CfnEventInvokeConfig =>
  new CfnEventInvokeConfig(worker, 'Failures', {
    functionName: worker.functionName,
    qualifier: '$LATEST',
    maximumRetryAttempts: retryAttempts,
    maximumEventAgeInSeconds: maxEventAge.toSeconds(),
    destinationConfig: { onFailure: { destination: dead.queueArn } },
  });
