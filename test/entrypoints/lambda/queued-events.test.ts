import { describe, expect, it } from 'vitest';
import { eachEvent } from '../../../src/entrypoints/lambda/events/queued-events.ts';
import { RESERVE_MS } from '../../../src/entrypoints/lambda/worker/run-rounds.ts';

const batchOf = (...names: readonly string[]) => ({
  Records: names.map((messageId) => ({
    messageId,
    eventSource: 'aws:sqs',
    body: JSON.stringify({ name: messageId }),
  })),
});

/** What the queue is answered, and what was begun, of a batch whose time goes by as its messages say. */
async function dealtWith(names: readonly string[], deal: (name: string) => Promise<void>, ms: () => number) {
  const begun: string[] = [];
  const faults: string[] = [];
  const result = await eachEvent(
    batchOf(...names),
    (text) => {
      const { name } = JSON.parse(text) as Readonly<{ name: string }>;
      begun.push(name);
      return deal(name);
    },
    {
      invocation: { remainingMs: () => RESERVE_MS + ms() },
      onFailure: (fault, messageId) => faults.push(`${messageId}: ${(fault as Error).message}`),
    },
  );
  return { failed: result.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier), begun, faults };
}

describe('Messages of a queue', () => {
  it('that fail do so alone, in whatever place', async () => {
    const deal = (name: string) => (name === 'bad' ? Promise.reject(new Error('no')) : Promise.resolve());
    const { failed, begun } = await dealtWith(['one', 'bad', 'two'], deal, () => 60_000);
    expect([failed, begun]).toEqual([['bad'], ['one', 'bad', 'two']]);
  });

  it('are dealt with as the text that they came as', async () => {
    const texts: string[] = [];
    const bodies = ['{"price":10.00}', '{"price":1,"price":2}'];
    const Records = bodies.map((body, n) => ({ messageId: `${n}`, eventSource: 'aws:sqs', body }));
    const invocation = { remainingMs: () => 60_000 };
    const deal = async (text: string) => void texts.push(text);
    await eachEvent({ Records }, deal, { invocation, onFailure: () => {} });
    expect(texts).toEqual(bodies);
  });

  it('that never end are named with those after them before the time is over, and those before them are done', async () => {
    let left = 20;
    const deal = (name: string) => {
      if (name !== 'endless') return Promise.resolve();
      return new Promise<void>(() => {
        left = 0;
      });
    };
    const { failed, begun, faults } = await dealtWith(['one', 'endless', 'two', 'three'], deal, () => left);
    expect(failed).toEqual(['endless', 'two', 'three']);
    expect(begun).toEqual(['one', 'endless']);
    expect(faults[0]).toBe('endless: it did not end in time');
  });
});
