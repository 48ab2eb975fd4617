import { csvFiles } from '../adapters/csv/csv-files.ts';
import { localVault } from '../adapters/keys/vault.ts';
import { systemClock } from '../adapters/system/clock.ts';
import { systemDigests } from '../adapters/system/digests.ts';
import { systemEmailSpellings } from '../adapters/system/email-spellings.ts';
import { systemIds } from '../adapters/system/ids.ts';
import { systemSignedTokens } from '../adapters/system/signed-tokens.ts';
import { systemTimeZones } from '../adapters/system/time-zones.ts';
import { systemUtf8 } from '../adapters/system/utf8.ts';
import { systemWebhookSecrets } from '../adapters/system/webhook-secrets.ts';
import type { RegionStanding } from '../application/kernel/region-standing.ts';
import type { Ports } from '../application/use-cases.ts';
import { present } from '../domain/kernel/present.ts';
import type { Processor } from '../ports/processor.ts';
import type { ProcessorDisputes } from '../ports/processor-disputes.ts';
import type { Storage } from '../ports/storage.ts';
import type { WebhookSender } from '../ports/webhook-sender.ts';
import { fencedCommits, fencedLeases } from './fenced-storage.ts';
import type { KeptKeys, KeptObjects } from './kept-parts.ts';
import type { Encoders } from './platform-settings.ts';
import { signallingCommits } from './signalling-commits.ts';

/** What differs from one installation to another. */
export type Outside = Readonly<{
  storage: Storage;
  processor: Processor;
  processorDisputes?: ProcessorDisputes;
  keys: KeptKeys;
  webhookSender: WebhookSender;
  files: KeptObjects;
  secret: string;
  encoders: Encoders;
  /** Of the region that this process is of, where it is of one. */
  standing?: RegionStanding | undefined;
}>;

/** One storage, one processor, one keeper of keys and one way to the Internet, with the system's own adapters. */
export function portsOf({
  storage,
  processor,
  processorDisputes,
  keys: { secretKeys, keyRotation },
  webhookSender,
  files,
  secret,
  encoders,
  standing,
}: Outside): Ports {
  return {
    ...storage,
    commits: signallingCommits(fencedCommits(storage.commits, standing), storage.wakeUps),
    leases: fencedLeases(storage.leases, standing),
    clock: systemClock,
    ids: systemIds,
    digests: systemDigests(secret),
    signedTokens: systemSignedTokens(secret),
    ...encoders,
    processor,
    ...present({ processorDisputes }),
    secretKeys,
    keyRotation,
    vault: localVault(secretKeys, systemClock),
    webhookSecrets: systemWebhookSecrets,
    emailSpellings: systemEmailSpellings,
    webhookSender,
    objects: files.objects,
    csvFiles,
    utf8: systemUtf8,
    timeZones: systemTimeZones,
    objectLinks: files.links,
    leftovers: files.leftovers,
  };
}
