import { findsPan } from '../../domain/kernel/pan.ts';
import { MOST_EXCERPT_BYTES } from '../../domain/webhooks/delivery.ts';

/** How much of an answer is read at all. */
export const MOST_READ = 65_536;

/** Replaces what no terminal, log or database should meet. */
const CONTROLS = /(?![\n\t])[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu;

/** The beginning of an answer as printable text of at most 1 KiB; nothing of one that seems to hold a card number. */
export function excerptOf(chunks: readonly Buffer[]): string {
  const text = beginning(Buffer.concat(chunks.slice(0, MOST_EXCERPT_BYTES))).replace(CONTROLS, ' ');
  // What stands for bytes that are no text takes more room than they did.
  const excerpt = beginning(Buffer.from(text));
  return findsPan(excerpt) ? '' : excerpt;
}

/** Without the beginning of a character at its end. */
const beginning = (bytes: Buffer): string =>
  new TextDecoder().decode(bytes.subarray(0, MOST_EXCERPT_BYTES), { stream: true });
