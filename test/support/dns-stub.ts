import { createSocket } from 'node:dgram';
import type { AddressInfo } from 'node:net';
import ipaddr from 'ipaddr.js';

/** A name server on this host that answers as it is set to, and can be set otherwise at any time. */
export type DnsStub = Readonly<{
  /** `address:port`, as resolvers take it. */
  server: string;
  /** The addresses of a name from now on; without any, there is no such name. 'silent': no answer ever. */
  say(name: string, addresses: readonly string[] | 'silent'): void;
  /** How many questions came. */
  asked(): number;
  close(): void;
}>;

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;

export async function dnsStub(): Promise<DnsStub> {
  const known = new Map<string, readonly string[] | 'silent'>();
  let asked = 0;
  const socket = createSocket('udp4');
  socket.on('message', (query, { port, address }) => {
    asked += 1;
    const { name, type, end } = questionIn(query);
    const response = known.get(name) ?? [];
    if (response === 'silent') return;
    const records = response
      .map((text) => ipaddr.parse(text))
      .filter((each) => each.kind() === (type === A ? 'ipv4' : type === AAAA ? 'ipv6' : 'none'))
      .map((each) => recordOf(type, each.toByteArray()));
    const head = Buffer.alloc(12);
    query.copy(head, 0, 0, 2);
    head.writeUInt16BE(0x8180 | (response.length === 0 ? NO_SUCH_NAME : 0), 2);
    head.writeUInt16BE(1, 4);
    head.writeUInt16BE(records.length, 6);
    socket.send(Buffer.concat([head, query.subarray(12, end), ...records]), port, address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    server: `127.0.0.1:${(socket.address() as AddressInfo).port}`,
    say: (name, addresses) => void known.set(name, addresses),
    asked: () => asked,
    close: () => socket.close(),
  };
}

/** `end` is where the question ends. */
function questionIn(query: Buffer): Readonly<{ name: string; type: number; end: number }> {
  const labels: string[] = [];
  let at = 12;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

/** Of the name in the question, good for no second. */
function recordOf(type: number, address: readonly number[]): Buffer {
  const head = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 0, 0, address.length]);
  return Buffer.concat([head, Buffer.from(address)]);
}
