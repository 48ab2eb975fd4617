import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isGuessable } from '../../../src/entrypoints/cli/guessable.ts';

describe('a secret', () => {
  it('of 32 random bytes is not called guessable, in base64, base64url or hexadecimal', () => {
    for (const encoding of ['base64', 'base64url', 'hex'] as const)
      for (let turn = 0; turn < 500; turn += 1)
        expect(isGuessable(randomBytes(32).toString(encoding))).toBe(false);
  });

  it.each([
    's'.repeat(64),
    'ab'.repeat(40),
    'abcdefgh'.repeat(8),
    '0123456789abcdef'.repeat(4),
    `${'1'.repeat(40)}2`,
    '12345678901234567890123456789012',
    'change-me-change-me-change-me-change-me',
  ])('of few letters, or of one text again and again, is called guessable: %s', (secret) => {
    expect(isGuessable(secret)).toBe(true);
  });
});
