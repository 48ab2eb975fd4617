import { expect, it } from 'vitest';
import { fewATurn } from '../../../src/entrypoints/cli/few-a-turn.ts';

it('calls few at a turn, in their order and each once, with what else waits for the event loop in between', async () => {
  const inTurn = fewATurn(3);
  const seen: (number | 'request')[] = [];
  const streams = Array.from({ length: 8 }, (_, n) => inTurn(() => void seen.push(n)));
  const request = () => {
    seen.push('request');
    if (!seen.includes(7)) setImmediate(request);
  };
  for (const stream of [...streams, ...streams]) stream();
  setImmediate(request);
  await expect.poll(() => seen).toContain(7);
  expect(seen.filter((each) => each !== 'request')).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  const between = seen.join(' ').split(/(?: ?request)+ ?/);
  expect(between.every((calls) => calls.split(' ').length <= 3)).toBe(true);
  streams[0]?.();
  await expect.poll(() => seen.filter((each) => each === 0)).toHaveLength(2);
});
