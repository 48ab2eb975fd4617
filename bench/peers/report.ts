import type { Measured } from '../measure.ts';
import { machine, rate } from '../report.ts';

/** One kind of work, by paywright and by a peer in turns of one run; rates are per second. */
export type Compared = Readonly<{ work: string; ours: number; theirs: number; ratio: number }>;

/** Of contenders that were measured in the same turns. */
export const compared = (
  rows: readonly (readonly [work: string, ours: Measured | undefined, theirs: Measured | undefined])[],
): readonly Compared[] =>
  rows.map(([work, ours, theirs]) => {
    if (ours === undefined || theirs === undefined) throw new Error(`${work} was not measured`);
    return {
      work,
      ours: ours.perSecond,
      theirs: theirs.perSecond,
      ratio: ours.perSecond / theirs.perSecond,
    };
  });

/** A Markdown table. The ratio is our rate over the peer's. */
export function comparison(peers: Readonly<Record<string, readonly Compared[]>>): string {
  return [
    `Machine: ${machine()}, node ${process.version}.`,
    '',
    '| beside | work | ours per second | theirs per second | ratio |',
    '|---|---|--:|--:|--:|',
    ...Object.entries(peers).flatMap(([peer, rows]) =>
      rows.map(
        ({ work, ours, theirs, ratio }) =>
          `| ${peer} | ${work} | ${rate(ours)} | ${rate(theirs)} | ${ratio.toFixed(2)} |`,
      ),
    ),
  ].join('\n');
}
