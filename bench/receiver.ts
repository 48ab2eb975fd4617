import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// A receiver in a thread of its own, which reads what it is sent and says 204. Where it is to count, it answers every message with how often it was
// sent each event.
const counts =
  (workerData as { counts?: boolean } | null)?.counts === true ? new Map<string, number>() : undefined;
const server = createServer((request, response) => {
  const id = String(request.headers['webhook-id']);
  counts?.set(id, (counts.get(id) ?? 0) + 1);
  request.resume().on('end', () => response.writeHead(204).end());
});
parentPort?.on('message', () => parentPort?.postMessage([...(counts?.values() ?? [])]));
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
