import { z } from 'zod';
import type { ApprovalsSettings } from '../../composition/approvals-settings.ts';
import type { Fault } from './faults.ts';

/** A standard queue: of a FIFO one every message would be in a group and in the way of those behind it. */
const queueUrl = z
  .string()
  .refine(
    (text) => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol),
    'must be the URL of an SQS queue',
  )
  .refine((text) => !text.endsWith('.fifo'), 'must be a standard queue, not a FIFO one');

const busName = z
  .string()
  .regex(/^[A-Za-z0-9._/:-]{1,1600}$/, 'must be the name or the ARN of an EventBridge bus');

const standIn = z.enum(['storage'], 'must be storage');

/** Variables of where approvals' messages and events go, of which each may be absent. */
export const MESSAGING_VARIABLES = {
  APPROVAL_QUEUE_URL: queueUrl
    .optional()
    .describe(
      'URL of the SQS queue that approvers receive from (none: messages are kept in the database of approvals)',
    ),
  PAYWRIGHT_APPROVAL_QUEUE: standIn
    .optional()
    .describe('storage lets production keep those messages in the database of approvals, on purpose (none)'),
  EVENT_BUS_NAME: busName
    .optional()
    .describe(
      'name or ARN of the EventBridge bus that is told of approvals (none: events are kept in their database)',
    ),
  PAYWRIGHT_EVENT_BUS: standIn
    .optional()
    .describe('storage lets production keep those events in the database of approvals, on purpose (none)'),
};

type Given = Readonly<{
  [Name in keyof typeof MESSAGING_VARIABLES]?: z.infer<(typeof MESSAGING_VARIABLES)[Name]>;
}>;

export const messagingOf = (given: Given, region: string): Pick<ApprovalsSettings, 'queue' | 'bus'> => ({
  queue:
    given.APPROVAL_QUEUE_URL === undefined
      ? { kind: 'storage' }
      : { kind: 'sqs', url: given.APPROVAL_QUEUE_URL, region },
  bus:
    given.EVENT_BUS_NAME === undefined
      ? { kind: 'storage' }
      : { kind: 'event_bridge', name: given.EVENT_BUS_NAME, region },
});

/** A stand-in beside what it stands in for, and a queue of another region than is asked. */
export function messagingFaults(given: Given, region: string): readonly Fault[] {
  const queueRegion = SQS_URL.exec(given.APPROVAL_QUEUE_URL ?? '')?.[1] ?? region;
  return [
    ...STAND_INS.filter(({ name, standIn }) => given[name] !== undefined && given[standIn] !== undefined).map(
      ({ name, standIn }) => ({ name: standIn, says: `stands in for ${name}, which is set` }),
    ),
    ...(queueRegion === region
      ? []
      : [
          {
            name: 'APPROVAL_QUEUE_URL',
            says: `is a queue in ${queueRegion}, and everything else is in ${region}: set AWS_REGION`,
          },
        ]),
  ];
}

/** What production refuses: stand-ins that are not there on purpose, and a queue that is asked in the clear. */
export function messagingProductionFaults(given: Given): readonly Fault[] {
  return [
    ...STAND_INS.filter(({ name, standIn }) => given[name] === undefined && given[standIn] === undefined).map(
      ({ name, says }) => ({ name, says }),
    ),
    ...(given.APPROVAL_QUEUE_URL && new URL(given.APPROVAL_QUEUE_URL).protocol !== 'https:'
      ? [{ name: 'APPROVAL_QUEUE_URL', says: 'must begin with https://' }]
      : []),
  ];
}

const STAND_INS = [
  {
    name: 'APPROVAL_QUEUE_URL',
    standIn: 'PAYWRIGHT_APPROVAL_QUEUE',
    says: 'no queue is configured; set the URL of an SQS queue, or PAYWRIGHT_APPROVAL_QUEUE=storage to keep messages, on purpose, in the database of approvals',
  },
  {
    name: 'EVENT_BUS_NAME',
    standIn: 'PAYWRIGHT_EVENT_BUS',
    says: 'no bus is configured; set the name of an EventBridge bus, or PAYWRIGHT_EVENT_BUS=storage to keep events, on purpose, in the database of approvals',
  },
] as const;

const SQS_URL =
  /^https:\/\/sqs\.([a-z0-9-]+)\.(?:amazonaws\.com|amazonaws\.com\.cn|api\.aws|amazonaws\.eu)\//;
