import { TOKENS } from '../../composition/tokens.ts';
import { type MerchantId, parseId, parseMerchantId } from '../../domain/kernel/ids.ts';
import { fromRfc3339 } from '../../domain/kernel/instant.ts';
import type { Config } from './config.ts';
import { EXIT, type ExitCode } from './exit-codes.ts';
import { openPlatform } from './open-platform.ts';
import type { Terminal } from './terminal.ts';

export type ReplayOptions = Readonly<{
  merchant: string;
  delivery?: string;
  endpoint?: string;
  since?: string;
  json?: boolean;
}>;

/** Puts one delivery, or all of an endpoint that failed since a time, back on its way; a running worker sends them. */
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
  if ('says' in opened) {
    err(`paywright: ${opened.says}\n`);
    return opened.configuration ? EXIT.configuration : EXIT.failed;
  }
  try {
    const { replayDelivery, replayFailed } = opened.platform.get(TOKENS.useCases);
    const replayed =
      'deliveryId' in wanted
        ? replayDelivery({ merchantId: wanted.merchantId, id: wanted.deliveryId }).map(() => ({
            replayed: 1,
            more: false,
          }))
        : replayFailed({ merchantId: wanted.merchantId, id: wanted.endpointId, since: wanted.since });
    return await replayed.match(
      (done) => {
        const left = done.more ? '; run it again for the rest' : '';
        out(options.json ? `${JSON.stringify(done)}\n` : `${done.replayed} on the way again${left}\n`);
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

function wantedOf({ merchant, delivery, endpoint, since }: ReplayOptions) {
  const merchantId: MerchantId | undefined = parseMerchantId(merchant);
  if (merchantId === undefined) return '--merchant takes 1 to 64 letters, digits, dashes or underscores';
  if ((delivery === undefined) === (endpoint === undefined)) return 'give either --delivery or --endpoint';
  if (delivery !== undefined) {
    const deliveryId = parseId('whd', delivery);
    return deliveryId === undefined
      ? '--delivery takes an id that begins with whd_'
      : { merchantId, deliveryId };
  }
  const endpointId = parseId('we', endpoint ?? '');
  if (endpointId === undefined) return '--endpoint takes an id that begins with we_';
  const at = since === undefined ? Number.NaN : fromRfc3339(since);
  return Number.isNaN(at) ? '--since takes an RFC 3339 time' : { merchantId, endpointId, since: at };
}
