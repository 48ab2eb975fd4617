import type { FailedReplayed, ReplayFailedRequest } from '../../application/webhooks/replay-failed.ts';
import { TOKENS } from '../../composition/tokens.ts';
import type { EventType } from '../../domain/kernel/events.ts';
import { type DeliveryId, type MerchantId, parseId, parseMerchantId } from '../../domain/kernel/ids.ts';
import { parseInstant, rfc3339 } from '../../domain/kernel/instant.ts';
import { present } from '../../domain/kernel/present.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { notOpened, openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type ReplayOptions = Readonly<{
  merchant: string;
  delivery?: string;
  endpoint?: string;
  since?: string;
  until?: string;
  eventTypes?: readonly EventType[];
  dryRun?: boolean;
  json?: boolean;
}>;

/** Puts one delivery, or all that an endpoint did not get since a time, on its way; a running worker sends them. */
export async function replayCommand(
  config: Config,
  options: ReplayOptions,
  { out, err }: Terminal,
): Promise<ExitCode> {
  const wanted = wantedOf(options);
  if (typeof wanted === 'string') {
    err(`paywright: ${wanted}\n`);
    return EXIT.usage;
  }
  const opened = await openPlatform(config);
  if ('says' in opened) return notOpened(opened, err);
  try {
    const { replayDelivery, replayFailed } = opened.platform.get(TOKENS.useCases);
    const replayed =
      'deliveryId' in wanted
        ? replayDelivery({ merchantId: wanted.merchantId, id: wanted.deliveryId }).map(
            (): FailedReplayed => ({ replayed: 1, more: false }),
          )
        : replayFailed(wanted);
    return await replayed.match(
      ({ until, ...counts }) => {
        const done = { ...counts, ...present({ until: until === undefined ? undefined : rfc3339(until) }) };
        const end = done.until === undefined ? '' : ` with --until ${done.until}`;
        const left = done.more ? `; run it again${end} for the rest` : '';
        const how = options.dryRun ? 'would be on the way' : 'on the way again';
        out(options.json ? `${JSON.stringify(done)}\n` : `${done.replayed} ${how}${left}\n`);
        return EXIT.ok;
      },
      ({ kind }) => {
        err(`paywright: ${SAYS[kind]}\n`);
        return EXIT.failed;
      },
    );
  } finally {
    await opened.close();
  }
}

const SAYS = {
  DeliveryNotFound: 'the merchant has no such delivery',
  EndpointNotFound: 'the merchant has no such webhook endpoint',
  EndpointNotEnabled: 'the webhook endpoint is not enabled',
  ChangedMeanwhile: 'the delivery was changed all the while; try again',
  StorageUnavailable: 'the storage does not answer',
} as const;

type Wanted = Readonly<{ merchantId: MerchantId; deliveryId: DeliveryId }> | ReplayFailedRequest;

/** What is to be replayed, or what is wrong with the options. */
function wantedOf(options: ReplayOptions): Wanted | string {
  const { merchant, delivery, endpoint } = options;
  const merchantId = parseMerchantId(merchant);
  if (merchantId === undefined) return '--merchant takes 1 to 64 letters, digits, dashes or underscores';
  if ((delivery === undefined) === (endpoint === undefined)) return 'give either --delivery or --endpoint';
  if (delivery === undefined) return missedOf(merchantId, endpoint ?? '', options);
  const { since, until, eventTypes, dryRun } = options;
  if ([since, until, eventTypes, dryRun].some((option) => option !== undefined))
    return '--since, --until, --event-types and --dry-run go with --endpoint';
  const deliveryId = parseId('whd', delivery);
  return deliveryId === undefined
    ? '--delivery takes an id that begins with whd_'
    : { merchantId, deliveryId };
}

function missedOf(
  merchantId: MerchantId,
  endpoint: string,
  { since, until, eventTypes, dryRun = false }: ReplayOptions,
): ReplayFailedRequest | string {
  const id = parseId('we', endpoint);
  if (id === undefined) return '--endpoint takes an id that begins with we_';
  const from = parseInstant(since ?? '');
  if (from === undefined) return '--since takes an RFC 3339 time that exists';
  const to = until === undefined ? undefined : parseInstant(until);
  if (until !== undefined && to === undefined) return '--until takes an RFC 3339 time that exists';
  if (to !== undefined && from > to) return '--since must not be after --until';
  return { merchantId, id, since: from, ...present({ until: to, eventTypes }), dryRun };
}
