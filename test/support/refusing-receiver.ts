import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers 500; 204 once it is back; and 410 once it is gone, for which an endpoint is disabled. */
export async function aRefusingReceiver() {
  let status = 500;
  const server = createServer((_, response) => void response.writeHead(status).end());
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    isBack() {
      status = 204;
    },
    isGone() {
      status = 410;
    },
    close() {
      server.closeAllConnections();
      return new Promise((closed) => server.close(closed));
    },
  };
}
