import { json, type Route, refusals, secured } from '../server/openapi.ts';
import { balance, ledgerPage, ledgerQuery } from './ledger-schemas.ts';

export const getBalance = {
  method: 'get',
  path: '/balance',
  operationId: 'getBalance',
  summary: 'Read what the merchant has, in each currency that ever moved',
  description:
    'What all ledger entries add up to. Every capture, refund and transfer that was answered is in it.',
  tags: ['transfers'],
  ...secured,
  responses: {
    200: { description: 'The balances, by currency.', content: json(balance) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;

export const getLedgerEntries = {
  method: 'get',
  path: '/ledger/entries',
  operationId: 'listLedgerEntries',
  summary: 'List ledger entries, newest first',
  description:
    'Double entry: each moves its amount from the account `debit` to the account `credit`. Nothing ever changes one.',
  tags: ['transfers'],
  ...secured,
  request: { query: ledgerQuery },
  responses: {
    200: { description: 'A page.', content: json(ledgerPage) },
    ...refusals(400, 401, 403, 500, 503),
  },
} as const satisfies Route;
