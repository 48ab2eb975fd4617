import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { readConfig } from '../../../src/entrypoints/cli/config.ts';
import { localSecret } from '../../../src/entrypoints/cli/local-secret.ts';

describe('local keys', () => {
  const folder = () => {
    const path = mkdtempSync(join(tmpdir(), 'paywright-keys-'));
    onTestFinished(() => rmSync(path, { recursive: true }));
    return path;
  };

  it('are made once, for their owner’s eyes only', () => {
    const dir = folder();
    const first = localSecret(dir, 'secret');
    expect(localSecret(dir, 'secret')).toBe(first);
    expect(localSecret(dir, 'jwt-secret')).not.toBe(first);
    expect(Buffer.byteLength(first)).toBeGreaterThanOrEqual(32);
    const file = join(dir, 'keys', 'secret');
    expect(readFileSync(file, 'utf8')).toBe(first);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(dir, 'keys')).toSorted()).toEqual(['jwt-secret', 'secret']);
  });

  it('are not replaced when damaged', () => {
    const dir = folder();
    localSecret(dir, 'secret');
    writeFileSync(join(dir, 'keys', 'secret'), 'half');
    expect(readConfig({ PAYWRIGHT_DATA_DIR: dir }, localSecret).isErr()).toBe(true);
    expect(existsSync(join(dir, 'keys', 'secret'))).toBe(true);
  });
});
