import ipaddr from 'ipaddr.js';
import { err, ok, type Result } from 'neverthrow';
import { z } from 'zod';
import { type AddressRange, addressIn } from '../http/server/client-address.ts';

/** Addresses and CIDRs, IPv4 and IPv6, with commas between. Every one that is refused is named. */
export const trustedProxies = z.string().transform((text, context): readonly AddressRange[] =>
  text.split(',').flatMap((entry) =>
    rangeIn(entry.trim()).match(
      (range) => [range],
      (says) => {
        context.addIssue({ code: 'custom', message: `${printable(entry.trim())} ${says}` });
        return [];
      },
    ),
  ),
);

/** An address alone is a range of one. IPv6 that carries IPv4 is that IPv4. */
function rangeIn(entry: string): Result<AddressRange, string> {
  const [, text = '', prefix] = /^([^/%]+)(?:\/(\d{1,3}))?$/.exec(entry) ?? [];
  const network = addressIn(text);
  if (network === undefined) return err('is no address and no CIDR such as 10.0.0.0/8 or fd00::/8');
  const written = text.includes(':') ? 128 : 32;
  const width = network.toByteArray().length * 8;
  const bits = (prefix === undefined ? written : Number(prefix)) - (written - width);
  if (bits < 0 || bits > width)
    return err(`has a prefix that is not between ${written - width} and ${written}`);
  if (bits === 0) return err('would trust every client to say where it comes from');
  const first = firstOf(network, bits);
  return first === network.toString()
    ? ok({ network, bits })
    : err(`is no range of ${bits} bits: ${first}/${bits} is, and ${network.toString()} alone`);
}

const firstOf = (network: ipaddr.IPv4 | ipaddr.IPv6, bits: number): string => {
  const cidr = `${network.toString()}/${bits}`;
  return (
    network.kind() === 'ipv4'
      ? ipaddr.IPv4.networkAddressFromCIDR(cidr)
      : ipaddr.IPv6.networkAddressFromCIDR(cidr)
  ).toString();
};

/** On one line, and no longer than an address can be. */
const printable = (text: string): string => JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64));
