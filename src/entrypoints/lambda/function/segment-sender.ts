import { createSocket, type Socket } from 'node:dgram';

/** Hands documents of segments to X-Ray's daemon, over UDP on this machine: what is lost there is lost. */
export type SegmentSender = Readonly<{
  /** Each in a datagram of its own; ends when all have left. Never throws. */
  send(documents: readonly string[]): Promise<void>;
}>;

const HEADER = '{"format":"json","version":1}\n';

/** Nothing where no address is given, or none of the form `169.254.79.129:2000`, as Lambda gives it. */
export function segmentSender(address: string | undefined): SegmentSender | undefined {
  const [, host, port] = /^(\d+\.\d+\.\d+\.\d+):(\d+)$/.exec(address ?? '') ?? [];
  if (host === undefined) return undefined;
  let socket: Socket | undefined;
  const opened = () => {
    const made = createSocket('udp4').unref();
    // A daemon that is not there is heard of here, and means that there is no trace.
    made.on('error', () => {
      if (socket === made) socket = undefined;
      made.close();
    });
    return made;
  };
  return {
    async send(documents) {
      if (documents.length === 0) return;
      socket ??= opened();
      const to = socket;
      await Promise.all(
        documents.map(
          (document) =>
            new Promise<void>((resolve) => {
              to.send(HEADER + document, Number(port), host, () => resolve());
            }),
        ),
      );
    },
  };
}
