import type { Hono } from 'hono';
import type { Money } from '../../../domain/kernel/money.ts';
import type { HttpEnv } from '../server/request-context.ts';
import { refuseOtherMethods, refuseRoute } from '../server/service-app.ts';

/** Customers of the simulator's charges: what each is asked for, and what becomes of it. */
export type SimulatedCustomers = Readonly<{
  waiting(reference: string): Readonly<{ amount: Money }> | undefined;
  act(reference: string, choice: 'approve' | 'decline'): boolean;
}>;

const PATH = '/simulator/customers/:reference';

const HEADERS = {
  'Content-Type': 'text/html; charset=utf-8',
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
  'Cache-Control': 'no-store',
};

/**
 * The page at which the simulator's customers approve or decline a charge. Not in the document: it is no part of the service, and
 * is there in development alone.
 */
export function mountSimulatedCustomers(app: Hono<HttpEnv>, customers: SimulatedCustomers): void {
  app.get(PATH, (c) => {
    const asked = customers.waiting(c.req.param('reference'));
    const { pathname } = new URL(c.req.url);
    return asked === undefined ? refuseRoute(c) : page(200, question(pathname, asked.amount));
  });
  app.post(`${PATH}/:choice`, (c) => {
    const { reference, choice } = c.req.param();
    if (choice !== 'approve' && choice !== 'decline') return refuseRoute(c);
    const title = choice === 'approve' ? 'Approved' : 'Declined';
    return customers.act(reference, choice)
      ? page(200, `<h1>${title}</h1><p>You can close this page.</p>`)
      : page(409, '<h1>Too late</h1><p>Nothing waits to be approved here any more.</p>');
  });
  refuseOtherMethods(app, PATH, ['GET']);
  refuseOtherMethods(app, `${PATH}/:choice`, ['POST']);
}

const page = (status: number, body: string): Response =>
  new Response(
    `<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Simulated customer</title></head>\n<body>${body}</body>\n</html>\n`,
    { status, headers: HEADERS },
  );

const question = (path: string, { minorUnits, currency }: Money): string =>
  `<h1>Pay ${minorUnits} minor units of ${currency}?</h1>` +
  ['approve', 'decline']
    .map((choice) => `<form method="post" action="${path}/${choice}"><button>${choice}</button></form>`)
    .join('');
