import { errAsync, okAsync } from 'neverthrow';
import { csvFiles } from '../../src/adapters/csv/csv-files.ts';
import { simulatedProcessor } from '../../src/adapters/processor/simulator.ts';
import { systemEmailSpellings } from '../../src/adapters/system/email-spellings.ts';
import { systemSignedTokens } from '../../src/adapters/system/signed-tokens.ts';
import { systemTimeZones } from '../../src/adapters/system/time-zones.ts';
import { systemUtf8 } from '../../src/adapters/system/utf8.ts';
import type { Ports } from '../../src/application/use-cases.ts';
import type { MerchantId, PaymentId } from '../../src/domain/kernel/ids.ts';
import type { Instant } from '../../src/domain/kernel/instant.ts';
import { httpEncoders } from '../../src/entrypoints/http/http-encoders.ts';
import type { Processor } from '../../src/ports/processor.ts';
import type { ProcessorDisputes } from '../../src/ports/processor-disputes.ts';
import type { SecretKeys } from '../../src/ports/secret-keys.ts';
import type { Vault } from '../../src/ports/vault.ts';
import type { WebhookSender } from '../../src/ports/webhook-sender.ts';
import { digests, SECRET } from '../fixtures/changes.ts';
import { chargeBooks } from './books.ts';
import type { Draws } from './draws.ts';
import { issuerWith } from './issuer.ts';
import type { Steps } from './steps.ts';

/** What is out of order for a while, beside what happens to single calls. */
export const OUTAGES = ['processor', 'payouts', 'store', 'receivers'] as const;
export type Outage = (typeof OUTAGES)[number];

/** A request that a receiver of webhooks answered with 200. */
export type Received = Readonly<{ url: string; eventId: string }>;

const unavailable = { kind: 'ProcessorUnavailable' } as const;
const outcomeUnknown = { kind: 'ProcessorOutcomeUnknown' } as const;
const unanswered = { kind: 'WebhookUnanswered', error: 'timeout', durationMs: 10_000 } as const;

/** The processor, behind the wire. */
export function processorBehind(
  steps: Steps,
  now: () => Instant,
  isOut: (part: Outage) => boolean,
  merchantOf: (paymentId: PaymentId) => MerchantId | undefined,
) {
  const books = chargeBooks();
  const real = simulatedProcessor(books, { now });
  const orders = { lost: outcomeUnknown, refused: unavailable };
  const reads = { lost: unavailable, refused: unavailable };
  const processor: Processor = {
    routeOf: (config) => real.routeOf(config),
    accepts: (method) => real.accepts(method),
    charge: (order) =>
      steps.call('charge', () => (isOut('processor') ? errAsync(unavailable) : real.charge(order)), orders),
    cancel: (query) =>
      steps.call('cancel', () => (isOut('processor') ? errAsync(unavailable) : real.cancel(query)), orders),
    move: (order) =>
      steps.call('move', () => (isOut('processor') ? errAsync(unavailable) : real.move(order)), orders),
    lookup: (query) =>
      steps.call('look up', () => (isOut('processor') ? errAsync(unavailable) : real.lookup(query)), reads),
  };
  const issuer = issuerWith(books, merchantOf, now);
  const { records } = issuer;
  const desk: ProcessorDisputes = {
    find: (name) =>
      steps.call(
        'find dispute',
        () => (isOut('processor') ? errAsync(unavailable) : records.find(name)),
        reads,
      ),
    accept: (name) =>
      steps.call(
        'close dispute',
        () => (isOut('processor') ? errAsync(unavailable) : records.accept(name)),
        reads,
      ),
  };
  return { processor, books, issuer, processorDisputes: desk };
}

/** The Internet of receivers: while they are out, or by chance, a request is answered with 500. */
export function receiversBehind(steps: Steps, draws: Draws, isOut: (part: Outage) => boolean) {
  const received: Received[] = [];
  const trouble = { failing: 0.2 };
  const sender: WebhookSender = {
    accepts: (url) => okAsync(url),
    send: ({ url, headers }) =>
      steps.call(
        'receive',
        () => {
          const fails = isOut('receivers') || draws.chance(trouble.failing);
          if (!fails) received.push({ url, eventId: headers['webhook-id'] ?? '' });
          return okAsync({ status: fails ? 500 : 200, excerpt: '', durationMs: 3 });
        },
        { lost: unanswered, refused: unanswered },
      ),
    cutOff() {},
    close() {},
  };
  return { sender, received, endTrouble: () => void (trouble.failing = 0) };
}

/** Seals nothing: what is sealed is not looked at, and real ciphers are neither fast nor the same twice. */
const openVault: Vault = {
  newKey: () => okAsync({ keyId: 'k', wrapped: 'w' }),
  seal: (_owner, _key, fields) => okAsync(fields),
  open: (_owner, _key, fields) => okAsync(fields),
};

const openKeys: SecretKeys = {
  newDataKey: () => okAsync({ bytes: new Uint8Array(32), wrapped: { keyId: 'k', wrapped: 'w' } }),
  unwrap: () => okAsync(new Uint8Array(32)),
  rewrap: (_owner, key) => okAsync(key),
  blindIndexes: (merchantId, text) => okAsync([`${merchantId} ${text}`]),
};

/** A port of what histories have none of, as the rotation of keys. */
const absent = <Port extends object>(name: string): Port =>
  new Proxy({} as Port, {
    get(_, method) {
      throw new Error(`${name}.${String(method)} is not simulated`);
    },
  });

/** All ports that no history differs in. */
export const commonPorts = {
  // Which payload a key stands for is told by any digest of it, and this one takes a third of the time.
  digests: { ...digests, fingerprint: digests.sha256 },
  signedTokens: systemSignedTokens(SECRET),
  ...httpEncoders,
  secretKeys: openKeys,
  keyRotation: absent<Ports['keyRotation']>('keyRotation'),
  vault: openVault,
  webhookSecrets: {
    hmac: { hex: (_key: string, text: string) => text, base64: (_key: string, text: string) => text },
    newSecret: () => 'whsec_c2ltdWxhdGVk',
  },
  emailSpellings: systemEmailSpellings,
  objects: absent<Ports['objects']>('objects'),
  csvFiles,
  utf8: systemUtf8,
  objectLinks: absent<Ports['objectLinks']>('objectLinks'),
  leftovers: {
    kinds: [],
    prune: () => okAsync(0),
    oldestEnds: () => okAsync(undefined),
  } satisfies Ports['leftovers'],
  timeZones: systemTimeZones,
};
