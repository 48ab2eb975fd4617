import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordedResponse } from './responses.ts';

const pathOf = (file: string): string => join(import.meta.dirname, 'recorded', file);

/** A body as the recording has it: its text, JSON whose text it is exactly, or the document in a file beside. */
type RecordedBody = string | object | Readonly<{ document: string }>;

/** What was recorded of a group of requests, in their order. */
export const recordedResponses = (group: string): readonly RecordedResponse[] =>
  readFileSync(pathOf(`${group}.jsonl`), 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Omit<RecordedResponse, 'body'> & Readonly<{ body: RecordedBody }>)
    .map(({ body, ...response }) => ({ ...response, body: textOf(body) }));

/** Puts the responses in the place of those that were recorded: a line each, so that two changes merge. */
export function record(group: string, responses: readonly RecordedResponse[]): void {
  const lines = responses.map(({ document, body, ...response }) =>
    JSON.stringify({
      ...response,
      body: document === undefined ? asJson(body) : recordDocument(document, body),
    }),
  );
  writeFileSync(pathOf(`${group}.jsonl`), lines.map((line) => `${line}\n`).join(''));
}

function recordDocument(document: string, text: string): RecordedBody {
  writeFileSync(pathOf(document), `${inLines(JSON.parse(text), 3)}\n`);
  return { document };
}

function textOf(body: RecordedBody): string {
  if (typeof body === 'string') return body;
  return JSON.stringify(
    'document' in body && typeof body.document === 'string'
      ? JSON.parse(readFileSync(pathOf(body.document), 'utf8'))
      : body,
  );
}

function asJson(text: string): RecordedBody {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && JSON.stringify(value) === text ? value : text;
  } catch {
    return text;
  }
}

/** JSON with a line for each member, down to that depth. */
function inLines(value: unknown, depth: number): string {
  if (depth === 0 || typeof value !== 'object' || value === null || Array.isArray(value))
    return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}:${inLines(member, depth - 1)}`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n}`;
}
