import type { Result } from 'neverthrow';
import type { Responded } from '../../../src/application/kernel/idempotency.ts';
import type { StoredResponse } from '../../../src/domain/kernel/claim.ts';
import type { Failed, Span } from '../trial.ts';

/** Refusals that leave the key free, because their cause may pass. */
export const FREE_REFUSALS: readonly string[] = [
  'PaymentStateConflict',
  'AmountExceedsAuthorized',
  'AmountExceedsCaptured',
  'InsufficientFunds',
];

/** True for the 202 that is replayed until the outcome is known. */
export const isProvisional = (response: StoredResponse): boolean => response.startsWith('202 ');

/** What a client got for its key, in the order in which a key's replies may follow each other. */
export type ReplyToClient = Readonly<{ stage: 'free' | 'provisional' | 'final'; text: string }>;

const STAGES: readonly ReplyToClient['stage'][] = ['free', 'provisional', 'final'];

/** Undefined for a failure after which the client comes back. */
export const replyToClient = (reply: Result<Responded, Failed>): ReplyToClient | undefined =>
  reply.match<ReplyToClient | undefined>(
    ({ response }) => ({ stage: isProvisional(response) ? 'provisional' : 'final', text: response }),
    ({ kind }) => (FREE_REFUSALS.includes(kind) ? { stage: 'free', text: kind } : undefined),
  );

/**
 * A key has one final response, and a request that is sent once a reply was given gets none of an earlier stage. A request that was
 * sent before may: it says what was so in between.
 */
export function replyFaults(replies: readonly (ReplyToClient & Span)[]): readonly string[] {
  const finals = new Set(replies.filter(({ stage }) => stage === 'final').map(({ text }) => text));
  const isBackwards = replies.some(({ stage, begun }) =>
    replies.some((known) => known.ended < begun && STAGES.indexOf(stage) < STAGES.indexOf(known.stage)),
  );
  return [
    ...(finals.size > 1 ? [`final responses ${[...finals].join(' <> ')}`] : []),
    ...(isBackwards ? [`replies in the order ${replies.map(({ stage }) => stage).join()}`] : []),
  ];
}
