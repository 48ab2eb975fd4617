import { createSocket, type Socket } from 'node:dgram';

/** Hands documents of segments to X-Ray's daemon, over UDP on this machine: what is lost there is lost. */
export type SegmentSender = Readonly<{
  /** Each in a datagram of its own; ends when all have left. Never throws. */
  send(documents: readonly string[]): Promise<void>;
}>;

const HEADER = '{"format":"json","version":1}\n';

type Opened = Readonly<{ socket: Socket; closed: Promise<void> }>;

/** Nothing where no address is given, or none of the form `169.254.79.129:2000`, as Lambda gives it. */
export function segmentSender(address: string | undefined): SegmentSender | undefined {
  const [, host, port] = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(address ?? '') ?? [];
  if (host === undefined) return undefined;
  let open: Opened | undefined;
  const opened = (): Opened => {
    const socket = createSocket('udp4').unref();
    const closed = new Promise<void>((resolve) => {
      socket.once('close', resolve);
    });
    const made = { socket, closed };
    // What could not be bound is opened anew; what it had to send is lost, and its sender waits no longer.
    socket.on('error', () => {
      if (open === made) open = undefined;
      socket.close();
    });
    return made;
  };
  return {
    async send(documents) {
      if (documents.length === 0) return;
      open ??= opened();
      const { socket, closed } = open;
      const sent = documents.map(
        (document) =>
          new Promise<void>((resolve) => {
            socket.send(HEADER + document, Number(port), host, () => resolve());
          }),
      );
      await Promise.race([Promise.allSettled(sent), closed]);
    },
  };
}
