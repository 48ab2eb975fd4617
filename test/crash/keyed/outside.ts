import { okAsync } from 'neverthrow';
import { systemEmailSpellings } from '../../../src/adapters/system/email-spellings.ts';
import { systemWebhookSecrets } from '../../../src/adapters/system/webhook-secrets.ts';
import { httpResponseEncoder } from '../../../src/entrypoints/http/payments/stored-responses.ts';
import type { Deliveries } from '../../../src/ports/deliveries.ts';
import type { EventLog } from '../../../src/ports/event-log.ts';
import type { Storage } from '../../../src/ports/storage.ts';
import type { Process } from '../faulty-process.ts';
import { inSteps } from '../payments/outside.ts';

const lost = { kind: 'StorageUnavailable', cause: 'the reply was lost' } as const;

/** Every call that leaves the process of a use case under a key, as a step of it. */
export function keyedInSteps(
  process: Process,
  outside: Parameters<typeof inSteps>[1] & Readonly<{ storage: Storage }>,
) {
  const { deliveries, eventLog, wakeUps } = outside.storage;
  return {
    ...inSteps(process, outside),
    deliveries: {
      ...deliveries,
      addAll: (...args: Parameters<Deliveries['addAll']>) =>
        process.call('add deliveries', () => deliveries.addAll(...args), lost),
      save: (...args: Parameters<Deliveries['save']>) =>
        process.call('save deliveries', () => deliveries.save(...args), lost),
      find: (...args: Parameters<Deliveries['find']>) =>
        process.call('find delivery', () => deliveries.find(...args), lost),
      list: (...args: Parameters<Deliveries['list']>) =>
        process.call('list deliveries', () => deliveries.list(...args), lost),
    },
    eventLog: {
      ...eventLog,
      list: (...args: Parameters<EventLog['list']>) =>
        process.call('list events', () => eventLog.list(...args), lost),
    },
    wakeUps,
    webhookSender: { accepts: (url: string) => okAsync(url) },
    webhookSecrets: systemWebhookSecrets,
    emailSpellings: systemEmailSpellings,
    responses: httpResponseEncoder,
  };
}
