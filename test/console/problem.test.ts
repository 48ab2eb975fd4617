import { describe, expect, it } from 'vitest';
import { PaywrightInexactNumber, PaywrightNoAnswer, PaywrightProblem } from '../../client/src/client.ts';
import { isPassing, leavesOpen, statusOf, titleOf } from '../../console/src/api/problem.ts';

const problem = (status: number, code = 'a_code') => new PaywrightProblem(status, { code, title: 'A title' });
const noAnswer = new PaywrightNoAnswer(1, 'key', new Error('lost'));

describe('what was sent from a form', () => {
  it.each([
    ['no answer came', noAnswer],
    ['the server is busy', problem(503)],
    ['others ask too much', problem(429)],
    ['it is under way since it was first sent', problem(409, 'idempotency_in_flight')],
  ])('is sent again as it was, under the same key, where %s, and may then succeed', (_, error) => {
    expect([isPassing(error), leavesOpen(error)]).toEqual([true, true]);
  });

  it.each([
    ['the session has ended', problem(401)],
    ['the request did not come whole', problem(408)],
    ['a proxy answered with a page', new PaywrightProblem(403, {})],
  ])('keeps its key where %s, which says nothing of the first attempt', (_, error) => {
    expect([isPassing(error), leavesOpen(error)]).toEqual([false, true]);
  });

  it.each([
    ['it is refused', problem(422)],
    ['others changed what it is about', problem(409)],
    ['the page itself failed', new PaywrightInexactNumber()],
    ['it has not failed', null],
  ])('may be another the next time where %s', (_, error) => {
    expect([isPassing(error), leavesOpen(error)]).toEqual([false, false]);
  });
});

describe('a failure', () => {
  it.each([
    [problem(422), 422, 'A title'],
    [problem(412), 412, 'It was changed while you looked'],
    [new PaywrightProblem(403, {}), 403, 'Your token does not allow this'],
    [new PaywrightProblem(502, {}), 502, 'The server could not answer'],
    [noAnswer, 0, 'The server cannot be reached'],
    [new Error('a defect'), undefined, 'Something went wrong in this page'],
  ])('has a title: %s', (error, status, title) => {
    expect([statusOf(error), titleOf(error)]).toEqual([status, title]);
  });
});
