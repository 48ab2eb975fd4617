/**
 * In the place of the native addon of Lambda's runtime client, which the test's Runtime API needs no C++ for: the same three
 * calls over HTTP, preloaded before the client.
 */
const http = require('node:http');
const Module = require('node:module');

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(':');
const agent = new http.Agent({ keepAlive: true });

function call(method, path, body, headers = {}) {
  return new Promise((resolve, reject) => {
    const request = http.request({ hostname, port, agent, method, path, headers }, (response) => {
      const pieces = [];
      response.on('data', (piece) => pieces.push(piece));
      response.on('end', () =>
        resolve({ bodyJson: Buffer.concat(pieces).toString(), headers: response.headers }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const client = {
  next: () => call('GET', '/2018-06-01/runtime/invocation/next'),
  done: (id, body) => void call('POST', `/2018-06-01/runtime/invocation/${id}/response`, body),
  error: (id, body) => void call('POST', `/2018-06-01/runtime/invocation/${id}/error`, body),
};

const load = Module._load;
Module._load = (request, ...rest) => (request === './rapid-client.node' ? client : load(request, ...rest));
