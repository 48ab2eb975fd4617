import { createSocket } from 'node:dgram';

/** A document that the daemon was sent. */
export type Segment = Readonly<{
  trace_id: string;
  id: string;
  parent_id: string;
  type: string;
  name: string;
  namespace?: string;
  start_time: number;
  end_time: number;
  fault?: boolean;
  annotations: Readonly<Record<string, string>>;
}>;

/** Listens where X-Ray's daemon would. */
export async function xrayDaemon() {
  const socket = createSocket('udp4');
  const texts: string[] = [];
  let heard = () => {};
  socket.on('message', (message) => {
    texts.push(message.toString());
    heard();
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  const parsed = (): readonly Segment[] =>
    texts.map((text) => {
      const [header, document] = text.split('\n') as [string, string];
      if (header !== '{"format":"json","version":1}') throw new Error(`not for the daemon: ${header}`);
      return JSON.parse(document) as Segment;
    });
  return {
    address: `127.0.0.1:${socket.address().port}`,
    texts: (): readonly string[] => texts,
    segments: parsed,
    /** Ends when a segment is as asked. */
    async until(isThere: (segment: Segment) => boolean): Promise<void> {
      while (!parsed().some(isThere))
        await new Promise<void>((resolve) => {
          heard = resolve;
        });
    },
    close: () => void socket.close(),
  };
}
