import { isIP } from 'node:net';
import { err, ok, type Result } from 'neverthrow';
import type { WebhookUrlRefused } from '../../ports/webhook-sender.ts';
import { isLoopbackAddress } from './addresses.ts';

/** A URL that may be sent to if its addresses may. `isLocal`: those must be of this very host, and no others. */
export type Target = Readonly<{ url: URL; hostname: string; isLocal: boolean }>;

const LONGEST_URL = 2_048;
/** Below it are other protocols' ports, but for HTTPS's own. */
const LOWEST_FREE_PORT = 1_024;
/** Those above it that browsers refuse, because what listens there would take a request for something else. */
const OTHER_PROTOCOLS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6679, 6697,
  10080,
]);

/** Reads a URL as browsers do, so that every spelling of an address is seen for what it is. */
export function readTarget(text: string, allowLoopbackHttp: boolean): Result<Target, WebhookUrlRefused> {
  const refused = (reason: WebhookUrlRefused['reason']) =>
    err<Target, WebhookUrlRefused>({ kind: 'WebhookUrlRefused', reason });
  if (text.length > LONGEST_URL) return refused('too_long');
  if (!URL.canParse(text)) return refused('not_a_url');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return refused('userinfo');
  if (url.hash !== '') return refused('fragment');
  if (url.hostname.endsWith('.')) url.hostname = withoutFinalDots(url.hostname);
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const isLocal = namesThisHost(hostname);
  if (url.protocol === 'http:' && allowLoopbackHttp && isLocal) return ok({ url, hostname, isLocal });
  if (url.protocol !== 'https:') return refused('scheme');
  if (isLocal) return refused('address');
  // HTTPS's own is left out of a URL that was read; what is left may still be 0.
  const port = Number(url.port);
  if (url.port !== '' && (port < LOWEST_FREE_PORT || OTHER_PROTOCOLS.has(port))) return refused('port');
  return ok({ url, hostname, isLocal });
}

function withoutFinalDots(name: string): string {
  let end = name.length;
  while (name[end - 1] === '.') end--;
  return name.slice(0, end);
}

const namesThisHost = (hostname: string): boolean =>
  isIP(hostname) === 0 ? /(^|\.)localhost$/.test(hostname) : isLoopbackAddress(hostname);
