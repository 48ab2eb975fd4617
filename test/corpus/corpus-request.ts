import type { Caller } from './callers.ts';

/** What happens before a request: time passes, or a worker runs one round. */
export type Before =
  | Readonly<{ pass: number }>
  | 'payments are recovered'
  | 'payouts are recovered'
  | 'events are relayed'
  | 'jobs are done'
  | 'an event is parked'
  | 'an event of approvals is parked'
  | Readonly<{ deliveriesAnswer: number }>;

type Parts = Readonly<{
  as?: Caller;
  /** The header `Idempotency-Key`. */
  key?: string;
  /** Laid over those that every request has. */
  headers?: Readonly<Record<string, string>>;
  /** JSON of a value; text and bytes are sent as they are. */
  body?: unknown;
  /** Values of the response that later requests of the group name as `{{name}}`, by their path in the JSON. */
  keep?: Readonly<Record<string, string>>;
  before?: readonly Before[];
  /** How often it is sent; only the last response is recorded. */
  times?: number;
  /** Sent twice at once; what is recorded is the response while the first is being charged. */
  besideItself?: true;
  /** The body is a large JSON document, recorded in a file of that name, in which nothing is replaced. */
  document?: string;
}>;

/** One request of the corpus. */
export type CorpusRequest = Parts & Readonly<{ name: string; method: string; path: string }>;

/** Requests that are sent to one empty installation in their order, by `as` unless they say otherwise. */
export type CorpusGroup = Readonly<{ as: Caller; requests: readonly CorpusRequest[] }>;

/** The `X-Request-Id` of a request of that name, unless it gives another. */
export const requestIdOf = (name: string): string => name.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 64);

export const request = (method: string, name: string, path: string, parts: Parts = {}): CorpusRequest => ({
  name,
  method,
  path,
  ...parts,
});

export const get = (name: string, path: string, parts: Parts = {}): CorpusRequest =>
  request('GET', name, path, parts);

export const del = (name: string, path: string, parts: Parts = {}): CorpusRequest =>
  request('DELETE', name, path, parts);

export const post = (name: string, path: string, body?: unknown, parts: Parts = {}): CorpusRequest =>
  request('POST', name, path, body === undefined ? parts : { body, ...parts });

export const patch = (name: string, path: string, body: unknown, parts: Parts = {}): CorpusRequest =>
  request('PATCH', name, path, { body, ...parts });
