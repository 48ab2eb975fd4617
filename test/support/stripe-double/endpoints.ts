import { type Books, held } from './books.ts';
import { closeDispute } from './disputes.ts';
import { listIn, objectIn, type Params, textIn } from './form.ts';
import { cancelIntent, captureIntent, confirmIntent, createIntent, updateIntent } from './payment-intents.ts';
import { createRefund } from './refunds.ts';
import { answer, missing, type Reply } from './replies.ts';
import { createTransfer } from './transfers.ts';

/** One request of an endpoint, its parameters read. `id` is that of the path, or empty. */
export type Call = Readonly<{
  books: Books;
  /** Those of a connected account. */
  booksOf(account: string): Books;
  params: Params;
  id: string;
  /** A copy of an object for an answer, with the objects in place of ids that `expand` names. */
  expanded<Held extends object>(object: Held): Readonly<Record<string, unknown>>;
}>;

/** An endpoint of Stripe's: its path as the description spells it, and the schema of what it answers. */
export type Endpoint = Readonly<{
  method: 'GET' | 'POST';
  path: string;
  answers: string;
  run(call: Call): Reply;
}>;

type Kind =
  | 'intents'
  | 'charges'
  | 'refunds'
  | 'transfers'
  | 'payouts'
  | 'balanceTransactions'
  | 'disputes'
  | 'events';

const reads = (kind: Kind, path: string, param: string, answers: string, filters: readonly string[] = []) =>
  [
    {
      method: 'GET',
      path: `${path}/{${param}}`,
      answers,
      run: ({ books, id, expanded }: Call) => {
        const object = books[kind].get(id);
        return object === undefined ? missing(answers, id, param) : answer(expanded(object));
      },
    },
    {
      method: 'GET',
      path,
      answers: `list:${answers}`,
      run: ({ books, params, expanded }: Call) => {
        const newestFirst = [...books[kind].values()].reverse() as readonly Record<string, unknown>[];
        const valueOf = (object: Record<string, unknown>, name: string) =>
          kind === 'balanceTransactions' && name === 'payout'
            ? books.paidOut.get(String(object['id']))
            : object[name];
        const since = Number(textIn(objectIn(params, 'created'), 'gte') ?? 0);
        const wanted = newestFirst.filter(
          (object) =>
            Number(object['created']) >= since &&
            filters.every((name) => {
              const value = valueOf(object, name);
              return (textIn(params, name) ?? value) === value;
            }),
        );
        const after = textIn(params, 'starting_after');
        const begin = after === undefined ? 0 : wanted.findIndex(({ id }) => id === after) + 1;
        const end = begin + Number(textIn(params, 'limit') ?? 10);
        return answer({
          object: 'list',
          data: wanted.slice(begin, end).map((object) => expanded(object)),
          has_more: end < wanted.length,
          url: path,
        });
      },
    },
  ] as const satisfies readonly Endpoint[];

const INTENTS = '/v1/payment_intents';

/** Everything that the double answers; Stripe has far more. */
export const ENDPOINTS: readonly Endpoint[] = [
  { method: 'POST', path: INTENTS, answers: 'payment_intent', run: createIntent },
  { method: 'POST', path: `${INTENTS}/{intent}`, answers: 'payment_intent', run: updateIntent },
  { method: 'POST', path: `${INTENTS}/{intent}/confirm`, answers: 'payment_intent', run: confirmIntent },
  { method: 'POST', path: `${INTENTS}/{intent}/capture`, answers: 'payment_intent', run: captureIntent },
  { method: 'POST', path: `${INTENTS}/{intent}/cancel`, answers: 'payment_intent', run: cancelIntent },
  ...reads('intents', INTENTS, 'intent', 'payment_intent'),
  ...reads('charges', '/v1/charges', 'charge', 'charge', ['payment_intent']),
  { method: 'POST', path: '/v1/refunds', answers: 'refund', run: createRefund },
  ...reads('refunds', '/v1/refunds', 'refund', 'refund', ['payment_intent', 'charge']),
  { method: 'POST', path: '/v1/transfers', answers: 'transfer', run: createTransfer },
  ...reads('transfers', '/v1/transfers', 'transfer', 'transfer', ['transfer_group', 'destination']),
  ...reads('balanceTransactions', '/v1/balance_transactions', 'id', 'balance_transaction', [
    'source',
    'type',
    'payout',
  ]),
  ...reads('payouts', '/v1/payouts', 'payout', 'payout', ['status']),
  { method: 'POST', path: '/v1/disputes/{dispute}/close', answers: 'dispute', run: closeDispute },
  ...reads('disputes', '/v1/disputes', 'dispute', 'dispute', ['payment_intent', 'charge']),
  ...reads('events', '/v1/events', 'id', 'event', ['type']),
];

/** The endpoint of a request and the id in its path. */
export function endpointOf(
  method: string,
  path: string,
): Readonly<{ endpoint: Endpoint; id: string }> | undefined {
  for (const endpoint of ENDPOINTS) {
    if (endpoint.method !== method) continue;
    const [before = '', after] = endpoint.path.split(/\{[a-z]+\}/);
    if (after === undefined ? path === endpoint.path : path.startsWith(before) && path.endsWith(after)) {
      const id = after === undefined ? '' : path.slice(before.length, path.length - after.length);
      if (!id.includes('/')) return { endpoint, id };
    }
  }
  return undefined;
}

/** `latest_charge`, `latest_charge.balance_transaction`, … in the place of their ids, in lists under `data.`. */
export const expander =
  (books: Books, params: Params): Call['expanded'] =>
  (object) => {
    const copy = structuredClone(object) as Record<string, unknown>;
    for (const path of listIn(params, 'expand'))
      expandAt(books, copy, path.replace(/^data\./, '').split('.'));
    return copy;
  };

/** Whose ids begin so; any other is a balance transaction's. */
const EXPANDED: Readonly<Record<string, 'charges' | 'intents' | 'payments' | 'payouts'>> = {
  ch_: 'charges',
  pi_: 'intents',
  py_: 'payments',
  po_: 'payouts',
};

function expandAt(
  books: Books,
  object: Record<string, unknown>,
  [name = '', ...inner]: readonly string[],
): void {
  const id = object[name];
  if (typeof id === 'string')
    object[name] = structuredClone(
      held<object>(books[EXPANDED[id.slice(0, 3)] ?? 'balanceTransactions'], id),
    );
  const next = object[name];
  if (inner.length > 0 && typeof next === 'object' && next !== null)
    expandAt(books, next as Record<string, unknown>, inner);
}
