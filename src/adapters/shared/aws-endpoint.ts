import { present } from '../../domain/kernel/present.ts';
import type { StorageRisk } from '../../ports/storage-risk.ts';

/** Where a request to AWS goes. */
export type AwsAddress = Readonly<{ protocol: string; hostname: string; port?: number; path: string }>;

type Step = (args: Readonly<{ request?: unknown }>) => Promise<unknown>;

/** The part of an AWS command that steps can be added to. */
type Stacked = Readonly<{
  middlewareStack: Readonly<{
    add: (middleware: (next: Step) => Step, options: Readonly<{ step: 'build' }>) => void;
  }>;
}>;

/**
 * Where a command goes, whatever of the client's settings, the environment and profiles decided it. `send` is given the
 * command, which is made into a request and goes no further.
 */
export async function addressOf<Command extends object>(
  command: Command,
  send: (command: Command) => Promise<unknown>,
): Promise<AwsAddress> {
  let request: Partial<AwsAddress> = {};
  (command as unknown as Stacked).middlewareStack.add(
    () => (args) => {
      request = args.request as AwsAddress;
      return Promise.resolve({ response: {}, output: { $metadata: {} } });
    },
    { step: 'build' },
  );
  await send(command);
  const { protocol = 'unknown:', hostname = 'unknown', port, path = '/' } = request;
  return { protocol, hostname, path, ...present({ port }) };
}

/** A risk when requests to a service go elsewhere than to AWS over TLS; `addressOf` says where. */
export async function foreignEndpoint<Command extends object>(
  service: string,
  command: Command,
  send: (command: Command) => Promise<unknown>,
): Promise<readonly StorageRisk[]> {
  const { protocol, hostname, port } = await addressOf(command, send);
  const url = new URL(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`);
  return isAws(url) ? [] : [{ kind: 'EndpointForeign', service, url: url.href }];
}

const isAws = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' && AWS_DOMAINS.some((domain) => hostname.endsWith(`.${domain}`));

/** Of AWS's public partitions. */
const AWS_DOMAINS = [
  'amazonaws.com',
  'amazonaws.com.cn',
  'amazonaws.eu',
  'api.aws',
  'api.amazonwebservices.com.cn',
];
