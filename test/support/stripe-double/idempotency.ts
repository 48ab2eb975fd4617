import { keyInUse } from './faults.ts';
import { type Reply, refuseEarly } from './replies.ts';

/** Answers kept under idempotency keys, as Stripe does for at least a day. */
export type IdempotencyKeys = Readonly<{
  /** A kept answer, or a refusal; undefined when the request is to be run, which `keep` must follow. */
  begin(key: string, request: string): Reply | undefined;
  keep(key: string, request: string, reply: Reply): void;
  /** Everything kept is pruned, as after a day. */
  forget(): void;
}>;

/** `request` is all of a request that must be the same: endpoint, id and parameters. */
export function openIdempotencyKeys(): IdempotencyKeys {
  const kept = new Map<string, Readonly<{ request: string; reply: Reply | undefined }>>();
  return {
    begin(key, request) {
      const known = kept.get(key);
      if (known === undefined) {
        kept.set(key, { request, reply: undefined });
        return undefined;
      }
      if (known.reply === undefined) return keyInUse(key);
      if (known.request !== request)
        return refuseEarly(
          400,
          'Keys for idempotent requests can only be used with the same parameters they were first used with.',
          { type: 'idempotency_error' },
        );
      return { ...known.reply, headers: { ...known.reply.headers, 'Idempotent-Replayed': 'true' } };
    },
    keep(key, request, reply) {
      if (reply.kept) kept.set(key, { request, reply });
      else kept.delete(key);
    },
    forget() {
      for (const [key, { reply }] of kept) if (reply !== undefined) kept.delete(key);
    },
  };
}
