import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';

// A server in a thread of its own, which reads what it is sent, does nothing, and answers as one that has made a payment.
const { body } = workerData as Readonly<{ body: string }>;
const headers = { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) };
const server = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(201, headers).end(body));
});
server.listen(0, '127.0.0.1', () => parentPort?.postMessage((server.address() as AddressInfo).port));
