import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** All addresses whose first `bits` are those of `network`; an IPv4 network is never written as IPv6. */
export type AddressRange = Readonly<{ network: Address; bits: number }>;

/**
 * The address of the client of a request, as it is kept: IPv4 dotted, also where IPv6 carries it, else as RFC 5952 writes
 * IPv6, without a zone. Undefined where there is no connection.
 */
export type ClientAddress = (
  peer: string | undefined,
  forwardedFor: string | undefined,
) => string | undefined;

/**
 * Finds the client behind trusted proxies: each of them appends the address that it was called from to `X-Forwarded-For`,
 * so the right-most address that is no trusted proxy's is the client's. What any other peer says is not looked at, nor is
 * what stands left of an entry that is no address, as no trusted proxy wrote that.
 */
export const clientAddressBehind =
  (trusted: readonly AddressRange[]): ClientAddress =>
  (peer, forwardedFor) => {
    let hop = peer === undefined ? undefined : addressIn(peer);
    if (hop === undefined || trusted.length === 0 || forwardedFor === undefined) return hop?.toString();
    const entries = forwardedFor.split(',');
    while (isWithin(hop, trusted)) {
      const entry = entries.pop();
      const next: Address | undefined = entry === undefined ? undefined : addressIn(withoutPort(entry));
      if (next === undefined) break;
      hop = next;
    }
    return hop.toString();
  };

/** The address that a text is, and nothing that only resembles one, such as `127.1` or `0x7f.0.0.1`. */
export function addressIn(text: string): Address | undefined {
  const kind = isIP(text);
  if (kind === 4) return ipaddr.IPv4.parse(text);
  return kind === 6 ? ipaddr.process(inDigits(text)) : undefined;
}

/** Without a zone, and without an IPv4 address written in it: the library takes `::1.2.3.4` for 1.2.3.4. */
const inDigits = (address: string): string =>
  new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1);

/** Some proxies write the port, and IPv6 in brackets. */
function withoutPort(entry: string): string {
  const text = entry.trim();
  const [, address] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text) ?? /^([\d.]+):\d{1,5}$/.exec(text) ?? [];
  return address ?? text;
}

const isWithin = (address: Address, ranges: readonly AddressRange[]): boolean =>
  ranges.some(
    ({ network, bits }) => network.kind() === address.kind() && address.match(network as never, bits),
  );
