import { err, ok, ResultAsync } from 'neverthrow';
import type { SecretUnusable, TokenSecrets } from '../../ports/secrets.ts';
import { type StoredSecret, secretText, unusable } from './secret-text.ts';

export type RotatedSecret = StoredSecret &
  Readonly<{
    /** The current text, when it has just been read. */
    known?: string;
    /** Whether a text may sign tokens at all. */
    isFit: (text: string) => boolean;
    now?: () => number;
  }>;

const KEEP_MS = 5 * 60_000;
const LONGEST_MS = 3_600_000;
const ASK_AGAIN_MS = 10_000;

/**
 * The secret's versions AWSCURRENT and AWSPREVIOUS, two calls together. A token of a version is good until it has lost its label and
 * what is known has been asked for again.
 */
export function tokenSecrets({ known, isFit, now = Date.now, ...secret }: RotatedSecret): TokenSecrets {
  let accepted: Readonly<{ texts: readonly string[]; at: number }> | undefined =
    known === undefined ? undefined : { texts: [known], at: now() };
  let failed: Readonly<{ failure: SecretUnusable; at: number }> | undefined;
  let refusedAt = Number.NEGATIVE_INFINITY;
  let underWay: Promise<void> | undefined;

  // A clock that was set back must not make anything last longer.
  const isWithin = (at: number, ms: number) => Math.abs(now() - at) < ms;

  const usable = () =>
    accepted !== undefined && isWithin(accepted.at, LONGEST_MS)
      ? ok(accepted.texts)
      : err(failed?.failure ?? unusable('unavailable', undefined));

  return {
    accepted: () => settled(unlessFresh()).andThen(usable),
    changedFrom: (texts) =>
      settled(afterRefusal(texts)).andThen(() =>
        failed === undefined || accepted?.texts !== texts ? usable() : err(failed.failure),
      ),
    check: () =>
      settled(unlessFresh()).andThen(() => (failed === undefined ? ok(undefined) : err(failed.failure))),
  };

  async function unlessFresh(): Promise<void> {
    if (accepted !== undefined && isWithin(accepted.at, KEEP_MS)) return;
    if (failed === undefined || !isWithin(failed.at, ASK_AGAIN_MS) || underWay !== undefined) await asked();
  }

  async function afterRefusal(texts: readonly string[]): Promise<void> {
    // What is under way may have been asked before the token was signed.
    await underWay;
    if (accepted?.texts !== texts || isWithin(refusedAt, ASK_AGAIN_MS)) return underWay;
    refusedAt = now();
    await asked();
  }

  function asked(): Promise<void> {
    underWay ??= ask().finally(() => {
      underWay = undefined;
    });
    return underWay;
  }

  async function ask(): Promise<void> {
    const at = now();
    const [current, previous] = await Promise.all([
      secretText(secret).andThen((text) => (isFit(text) ? ok(text) : err(unusable('weak', undefined)))),
      secretText(secret, 'AWSPREVIOUS')
        .map((text) => (isFit(text) ? [text] : []))
        // A secret that was never changed has none, and an older one that is none signs nothing.
        .orElse((failure) => (PASSED_OVER.has(failure.reason) ? ok<readonly string[]>([]) : err(failure))),
    ]);
    if (current.isErr()) failed = { failure: current.error, at };
    else if (previous.isErr()) failed = { failure: previous.error, at };
    else {
      failed = undefined;
      const texts = [...new Set([current.value, ...previous.value])];
      accepted = {
        texts: accepted !== undefined && areSame(accepted.texts, texts) ? accepted.texts : texts,
        at,
      };
    }
  }
}

const PASSED_OVER: ReadonlySet<SecretUnusable['reason']> = new Set(['missing', 'malformed']);

const areSame = (some: readonly string[], others: readonly string[]): boolean =>
  some.length === others.length && some.every((text, index) => text === others[index]);

const settled = (work: Promise<void>): ResultAsync<void, never> => ResultAsync.fromSafePromise(work);
