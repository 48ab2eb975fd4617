import type { RingEntry } from '../adapters/keys/ring.ts';
import type { FileTerms } from '../application/files/receive-file.ts';
import type { RegionStanding } from '../application/kernel/region-standing.ts';
import type { AnomalyRules } from '../domain/audit/anomalies.ts';
import type { ClaimTerms } from '../domain/kernel/claim.ts';
import type { ExportEncoder } from '../ports/export-encoder.ts';
import type { Processor } from '../ports/processor.ts';
import type { ResponseEncoder } from '../ports/response-encoder.ts';
import type { TransferResponseEncoder } from '../ports/transfer-response-encoder.ts';
import type { AroundPart } from './around-part.ts';
import type { ProcessorSettings } from './processors.ts';
import type { PlacedStorage, StorageSettings } from './storage-settings.ts';

/**
 * Where the keys are that guard stored secrets: in a file of this installation, given, the current one first, or in KMS, beside
 * those that were given before.
 */
export type KeySettings =
  | Readonly<{ kind: 'file'; file: string }>
  | Readonly<{ kind: 'given'; ring: readonly RingEntry[] }>
  | Readonly<{
      kind: 'kms';
      region: string;
      /** Id or ARN of the symmetric key that wraps. */
      keyId: string;
      /** Ids or ARNs of the HMAC keys that index, the current one first. */
      indexKeyIds: readonly [string, ...string[]];
      former?: readonly RingEntry[];
    }>;

/** Where uploaded and exported files are kept. The folder ':memory:' goes with the process. */
export type ObjectsPlace =
  | Readonly<{ kind: 'folder'; folder: string }>
  | Readonly<{ kind: 'bucket'; bucket: string; region: string }>;

export type WebhookSettings = Readonly<{
  /** Lets endpoints be `http:` on this very host; for development. */
  allowLoopbackHttp: boolean;
  /** How long an endpoint may fail, without one success, until it is disabled. */
  disableAfterMs: number;
}>;

/** How the entrypoint that serves clients writes the responses that idempotency keeps, and rows of exports. */
export type Encoders = Readonly<{
  responses: ResponseEncoder;
  transferResponses: TransferResponseEncoder;
  exportEncoder: ExportEncoder;
}>;

/** What the platform is made from. `Place` says whether embedded servers have been started yet. */
export type PlatformSettings<Place extends StorageSettings | PlacedStorage = StorageSettings> = Readonly<{
  storage: Place;
  /** The installation's own, at least 32 bytes; every process on one store must have the same. */
  secret: string;
  keys: KeySettings;
  anomalyRules: AnomalyRules;
  claimTerms: ClaimTerms;
  processor: ProcessorSettings;
  processorTimeoutMs: number;
  fileTerms: FileTerms;
  /** How long before the processor lets it lapse an authorization is voided. */
  authorizationMarginMs: number;
  /** Where the simulated processor keeps its books; ':memory:' forgets them with the process. */
  simulatorFile: string;
  objects: ObjectsPlace;
  webhooks: WebhookSettings;
  /** Laid round the processor, guard included: to measure it, or to break it in tests. */
  aroundProcessor?: (processor: Processor) => Processor;
  /** Laid round the ports of the storage, the processor and the files, outside of everything else: to trace them. */
  aroundPart?: AroundPart;
  /** Of the region that this process is of: without one it asks nothing. */
  standing?: RegionStanding | undefined;
}>;
