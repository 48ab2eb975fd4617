import { secondsOf } from './figures.ts';
import type { Part } from './parts.ts';

/** What a run of loads found, and where it ran. */
export type LoadReport = Readonly<{
  machine: string;
  storage: string;
  at: string;
  parts: readonly Part[];
  /** What was compared at the end, and every fault. */
  compared: readonly string[];
  faults: readonly string[];
}>;

const HEAD = ['stretch', 'requests', 'per second', 'errors', 'p50 ms', 'p99 ms', ''] as const;

const cellsOf = ({ what, figures, more = '' }: Part['rows'][number]): readonly string[] => [
  what,
  String(figures.requests),
  figures.perSecond.toFixed(1),
  `${(figures.errors * 100).toFixed(2)} %`,
  figures.p50Ms.toFixed(1),
  figures.p99Ms.toFixed(1),
  more,
];

/** Markdown. */
export function reportText({ machine, storage, parts, compared, faults }: LoadReport): string {
  const tables = parts.map(({ title, rows }) => {
    const lines = [
      HEAD,
      HEAD.map((_, column) => (column === 0 || column === 6 ? '---' : '--:')),
      ...rows.map(cellsOf),
    ];
    return `\n${title}\n\n${lines.map((cells) => `| ${cells.join(' | ')} |`).join('\n')}\n`;
  });
  return [
    `Machine: ${machine}. Storage: ${storage}.\n`,
    ...tables,
    '\n',
    ...[...compared, ...faults].map((line) => `${line}\n`),
  ].join('');
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const WIDTH = 900;
const HEIGHT = 260;
const LEFT = 60;
const BOTTOM = 30;

/** Latency second by second: a line for the median, one for p99, a dot below for each second with errors. */
function pictureOf({ samples, marks }: Part): string {
  const seconds = secondsOf(samples);
  const last = Math.max(
    1,
    ...seconds.map(({ second }) => second + 1),
    ...marks.map(({ toMs }) => toMs / 1_000),
  );
  const most = Math.max(1, ...seconds.map(({ p99Ms }) => p99Ms));
  // Latencies span decades: a straight scale would show the slowest second alone.
  const decades = Math.ceil(Math.log10(most)) || 1;
  const x = (second: number) => LEFT + (second / last) * (WIDTH - LEFT - 10);
  const y = (ms: number) => (HEIGHT - BOTTOM) * (1 - Math.log10(Math.max(1, ms)) / decades) + 10;
  const lineOf = (of: 'p50Ms' | 'p99Ms', color: string) =>
    `<polyline fill="none" stroke="${color}" stroke-width="1.5" points="${seconds
      .map((each) => `${x(each.second + 0.5).toFixed(1)},${y(each[of]).toFixed(1)}`)
      .join(' ')}"/>`;
  const grid = Array.from({ length: decades + 1 }, (_, power) => {
    const at = y(10 ** power).toFixed(1);
    return `<line x1="${LEFT}" x2="${WIDTH - 10}" y1="${at}" y2="${at}" stroke="#ddd"/><text x="${LEFT - 6}" y="${at}" text-anchor="end">${10 ** power} ms</text>`;
  });
  const shades = marks.map(({ fromMs, toMs, says }) => {
    const [from, to] = [x(fromMs / 1_000), x(toMs / 1_000)];
    return `<rect x="${from.toFixed(1)}" y="10" width="${(to - from).toFixed(1)}" height="${HEIGHT - BOTTOM}" fill="#fc06" /><text x="${(from + 3).toFixed(1)}" y="22">${escaped(says)}</text>`;
  });
  const errors = seconds
    .filter((each) => each.errors > 0)
    .map(
      ({ second }) => `<circle cx="${x(second + 0.5).toFixed(1)}" cy="${HEIGHT - 12}" r="3" fill="#c00"/>`,
    );
  const axis = `<text x="${LEFT}" y="${HEIGHT + 6}">0 s</text><text x="${WIDTH - 10}" y="${HEIGHT + 6}" text-anchor="end">${last} s</text>`;
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT + 14}" role="img" aria-label="latency over time">${[...shades, ...grid, lineOf('p50Ms', '#06c'), lineOf('p99Ms', '#c60'), ...errors, axis].join('')}</svg>`;
}

/** One file that asks no other host for anything. */
export function reportPage({ machine, storage, at, parts, compared, faults }: LoadReport): string {
  const sections = parts.map((part) => {
    const rows = part.rows.map(
      (row) =>
        `<tr>${cellsOf(row)
          .map((cell) => `<td>${escaped(cell)}</td>`)
          .join('')}</tr>`,
    );
    const head = HEAD.map((cell) => `<th>${escaped(cell)}</th>`).join('');
    return `<h2>${escaped(part.title)}</h2>\n<table><tr>${head}</tr>\n${rows.join('\n')}</table>\n${pictureOf(part)}`;
  });
  const list = (lines: readonly string[]) =>
    `<ul>${lines.map((line) => `<li>${escaped(line)}</li>`).join('')}</ul>`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>paywright under load: ${escaped(storage)}</title>
<style>body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right;border-bottom:1px solid #ddd}td:first-child,th:first-child{text-align:left}
svg{width:100%}svg text{font-size:11px}</style>
<h1>paywright under load</h1>
<p>${escaped(`${machine}. Storage: ${storage}. ${at}.`)} Blue is the median of each second, orange its p99, a red dot a second with errors.
Latencies count from when a request was to leave.</p>
${sections.join('\n')}
<h2>At the end</h2>
${list(compared)}
${faults.length === 0 ? '' : `<h2>Faults</h2>${list(faults)}`}
</html>
`;
}
