import type { ClientRequest, Reply } from './client-requests.ts';

/** An acknowledged request, asked again when all servers had come to rest. */
export type Replay = Readonly<{
  request: ClientRequest;
  first: Reply;
  again: Reply & Readonly<{ replayed: boolean }>;
}>;

/** Refusals of which some leave the key free: a repeat is decided anew, and may go through. */
const FREE_CODES: readonly unknown[] = [
  'payment_state_conflict',
  'amount_exceeds_captured',
  'amount_exceeds_authorized',
  'insufficient_funds',
];

const isRefusal = ({ status, body }: Reply): boolean =>
  (status === 409 || status === 422) && FREE_CODES.includes((JSON.parse(body) as { code: unknown }).code);

/** Something was done, is under way, or was refused by the processor. */
const hasEffect = ({ status }: Reply): boolean => status === 201 || status === 202 || status === 402;

/** True when the key is spent, so that it has a claim. */
export const isSpent = ({ again }: Replay): boolean => again.replayed || hasEffect(again);

/**
 * Why a repeat's reply may not follow the first one; undefined when it may. A final response is replayed byte for byte,
 * in place of a provisional 202 the final one of the same payment or transaction, and a free refusal is decided anew.
 */
export function replayFault(replay: Replay): string | undefined {
  return mayFollow(replay)
    ? undefined
    : `${replay.request.key.key}: ${textOf(replay.first)} became ${textOf(replay.again)}`;
}

function mayFollow({ first, again }: Replay): boolean {
  if (isRefusal(first) && !again.replayed) return isRefusal(again) || hasEffect(again);
  if (!again.replayed) return false;
  return first.status === 202
    ? again.status !== 202 && subjectOf(first) === subjectOf(again)
    : first.status === again.status && first.body === again.body;
}

/** The id of the payment or transaction that a response or a decline speaks of. */
function subjectOf({ body }: Reply): unknown {
  const { id, transaction_id, payment_id } = JSON.parse(body) as Readonly<Record<string, unknown>>;
  return id ?? transaction_id ?? payment_id;
}

const textOf = ({ status, body }: Reply): string => `${status} ${body}`;
