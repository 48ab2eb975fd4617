import { Agent, createServer, request } from 'node:http';

/** What DynamoDB would charge, in its own units (`ConsumedCapacity`), of reads and of writes; `index`: of these, what indexes write. */
export type Units = { read: number; write: number; index: number };

const WRITES = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'BatchWriteItem', 'TransactWriteItems']);

export type Meter = Readonly<{
  url: string;
  units: Units;
  /** How many requests have no reply yet. */
  underWay(): number;
  isOver(): boolean;
  stop(): Promise<void>;
}>;

/** Stands before an engine, asks it with every request what the request costs, and adds that up. */
export async function metered(engine: string): Promise<Meter> {
  const units: Units = { read: 0, write: 0, index: 0 };
  const agent = new Agent({ keepAlive: true });
  let underWay = 0;
  const server = createServer((asked, answer) => {
    underWay += 1;
    answer.once('close', () => {
      underWay -= 1;
    });
    void (async () => {
      const text = await textOf(asked);
      const operation = String(asked.headers['x-amz-target']).split('.')[1] ?? '';
      const isItems = operation.includes('Item') || operation === 'Query' || operation === 'Scan';
      const body = isItems
        ? JSON.stringify({ ...(JSON.parse(text) as object), ReturnConsumedCapacity: 'INDEXES' })
        : text;
      const { 'content-length': _length, host: _host, ...headers } = asked.headers;
      const passed = request(engine, { agent, method: 'POST', path: asked.url, headers }, (reply) => {
        void textOf(reply).then((said) => {
          if (isItems) {
            const { all, ofIndexes } = unitsIn(said);
            const isWrite = WRITES.has(operation);
            units[isWrite ? 'write' : 'read'] += all;
            if (isWrite) units.index += ofIndexes;
          }
          const { 'content-length': _replyLength, ...others } = reply.headers;
          answer.writeHead(reply.statusCode ?? 500, others).end(said);
        });
      });
      passed.once('error', () => answer.destroy());
      passed.end(body);
    })();
  });
  // A connection is not closed under a request that comes after long.
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    units,
    underWay: () => underWay,
    isOver: () => !server.listening,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      agent.destroy();
    },
  };
}

type Consumed = Readonly<{
  CapacityUnits?: number;
  GlobalSecondaryIndexes?: Readonly<Record<string, Readonly<{ CapacityUnits?: number }>>>;
}>;

function unitsIn(reply: string): Readonly<{ all: number; ofIndexes: number }> {
  const { ConsumedCapacity: consumed } = JSON.parse(reply) as {
    ConsumedCapacity?: Consumed | readonly Consumed[];
  };
  const every = consumed === undefined ? [] : [consumed].flat();
  const indexes = every.flatMap(({ GlobalSecondaryIndexes = {} }) => Object.values(GlobalSecondaryIndexes));
  const added = (of: readonly Readonly<{ CapacityUnits?: number }>[]) =>
    of.reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
  return { all: added(every), ofIndexes: added(indexes) };
}

async function textOf(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of stream) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
