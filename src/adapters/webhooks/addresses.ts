import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

/** All that is routed on the IPv6 Internet. Other ranges hold, among others, IPv4 addresses in disguise. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/** Azure’s own service for its machines, in a range that is assigned as any other. */
const METADATA = '168.63.129.16';

/** True for an address of the public Internet: none of a host's own, a private network, a cloud's metadata or a range that is not assigned. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0) return false;
  const parsed = ipaddr.process(inDigits(address));
  if (parsed.range() !== 'unicast' || parsed.toString() === METADATA) return false;
  return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_UNICAST);
}

export const isLoopbackAddress = (address: string): boolean =>
  isIP(address) !== 0 && ipaddr.process(inDigits(address)).range() === 'loopback';

/** An IPv6 address without an IPv4 one written in it, which the library would take for that. */
const inDigits = (address: string): string =>
  isIP(address) === 6 ? new URL(`http://[${address.replace(/%.*/, '')}]`).hostname.slice(1, -1) : address;
