import { beforeAll, describe, expect, it } from 'vitest';
import { bothServices } from '../../../support/both-services.ts';
import { theDocument } from '../../../support/described-app.ts';
import { type Document, operationsOf } from '../../../support/operations.ts';
import { wrongRequests } from '../../../support/wrong-requests.ts';

type Fault = Readonly<{ path: string; message: string }>;
type Refused = Readonly<{ operation: string; asked: string; code: string; errors: readonly Fault[] }>;

/** How zod words what no schema has words for; names that a sentence quotes are not its words. */
const OF_ZOD = /\b(?:Invalid|expected|received|Too (?:small|big)|Unrecognized)\b/;

describe('what is said of a wrong request', () => {
  const refused: Refused[] = [];

  beforeAll(async () => {
    const serviceOf = await bothServices();
    for (const { operation, method, url, body } of wrongRequests(theDocument as unknown as Document)) {
      const { app, token } = serviceOf(url);
      const text = body === undefined ? undefined : JSON.stringify(body);
      const response = await app.request(url, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(text === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(text === undefined ? {} : { body: text }),
      });
      const type = response.headers.get('content-type') ?? '';
      if (!type.includes('json')) {
        await response.body?.cancel();
        continue;
      }
      const asked = `${method} ${url} ${text}`.slice(0, 300);
      for (const { code, errors = [] } of problemsIn(await response.json()))
        refused.push({ operation, asked, code, errors });
    }
  }, 300_000);

  it('is a sentence of this service at every place of every route of both services, and none of the library that finds it', () => {
    const foreign = refused.flatMap(({ operation, asked, errors }) =>
      errors
        .filter(({ message }) => OF_ZOD.test(message.replaceAll(/`[^`]*`/g, '')))
        .map((fault) => ({ operation, asked, ...fault })),
    );
    expect(foreign.slice(0, 20)).toEqual([]);
    const said = new Set(refused.flatMap(({ errors }) => errors.map(({ message }) => message)));
    expect([...said].filter((message) => !/^(?:must|is|has|holds|looks|goes|finds) /.test(message))).toEqual(
      [],
    );
  });

  it('is one sentence for one place', () => {
    const doubled = refused.filter(
      ({ errors }) => new Set(errors.map(({ path }) => path)).size < errors.length,
    );
    expect(doubled.slice(0, 20)).toEqual([]);
  });

  it('is said by every route that asks for a token, so that none is left out of this', () => {
    const taking = operationsOf(theDocument as unknown as Document)
      .filter(
        ({ operation: { security = [{}] } }) =>
          security.every((each) => 'bearer' in each) && security.length > 0,
      )
      .map(({ name }) => name);
    const saying = new Set(
      refused.filter(({ errors }) => errors.length > 0).map(({ operation }) => operation),
    );
    expect(taking.filter((operation) => !saying.has(operation))).toEqual([]);
  });
});

type Problem = Readonly<{ code: string; errors?: readonly Fault[] }>;

/** The problem that an answer is, or those of its items. */
const problemsIn = (answer: unknown): readonly Problem[] => {
  if (typeof answer !== 'object' || answer === null) return [];
  if ('code' in answer && 'request_id' in answer) return [answer as unknown as Problem];
  return Object.values(answer).flatMap(problemsIn);
};
