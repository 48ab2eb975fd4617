import { Resolver } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Every address that a host name has now, IPv4 first; none when it has none or no name server answers. */
export type Names = Readonly<{
  addressesOf(hostname: string): Promise<readonly string[]>;
  close(): void;
}>;

const THIS_HOST = ['127.0.0.1', '::1'];

/**
 * Asks name servers and never the host's own files. Every call asks anew, unless the same question is still open: then it
 * shares the answer. A name server that is silent holds up only the calls that wait for it.
 */
export function names(servers?: readonly string[]): Names {
  const resolver = new Resolver({ timeout: 2_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  const open = new Map<string, Promise<readonly string[]>>();
  return {
    addressesOf(hostname) {
      if (isIP(hostname) !== 0) return Promise.resolve([hostname]);
      if (/(^|\.)localhost$/.test(hostname)) return Promise.resolve(THIS_HOST);
      const asked = open.get(hostname) ?? ask(hostname).finally(() => open.delete(hostname));
      open.set(hostname, asked);
      return asked;
    },
    close: () => resolver.cancel(),
  };

  async function ask(hostname: string): Promise<readonly string[]> {
    const answers = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
    return answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  }
}
